"""The example of a store against the real portal: orders, once each however often they are sent."""

import json

import pytest

from examples.store import main
from licenses.models import License, Plan
from portal.foundation.oauth.services import register_client
from tests.factories import PlanFactory


@pytest.fixture
def store(live_server, customer, tmp_path, capsys):
    """Return a function that runs a command of the store; it returns the code and what the portal said."""
    PlanFactory(slug="security-cloud-personal-3-1y")
    client, secret = register_client(id="demo-store", name="Demonstration store", kind="store")
    demo = tmp_path / "demo.json"
    demo.write_text(json.dumps({"store": {"client_id": client.pk, "client_secret": secret}}))

    def store(*arguments: str):
        code = main([f"--portal={live_server.url}", f"--demo={demo}", *arguments])
        return code, json.loads(capsys.readouterr().out)

    return store


def test_license_is_sold_renewed_and_refunded(store, customer):
    for _time in range(2):
        code, order = store("order", "--number=A-1", f"--email={customer.email}")
        assert (code, order["state"]) == (0, "delivered")
    assert store("renew", "--number=A-1", "--renewal=A-2")[1]["renews"] == "A-1"
    assert License.objects.get().terms.count() == 2
    assert store("refund", "--number=A-2")[1]["state"] == "refunded"
    assert store("show", "--number=A-1")[1]["license"]["id"] == License.objects.get().support_key


def test_codes_are_sold(store):
    code, order = store("order", "--number=A-1", "--codes=2")
    assert (code, len(order["codes"]["clear"])) == (0, 2)


def test_refusal_is_shown(store):
    Plan.objects.all().delete()
    assert store("order", "--number=A-1", "--email=anna@example.com")[0] == 1
