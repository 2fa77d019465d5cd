"""What a product may choose from: the licenses of its account that fit, and nobody else’s."""

import pytest
from django.utils.timezone import now

from devices.api import in_order
from licenses.models import License
from licenses.services import block_license
from tests.devices.conftest import plug
from tests.factories import LicenseFactory, SeatPoolFactory, days, standing
from tests.foundation.api.conftest import Program, problem

pytestmark = pytest.mark.django_db


def listed(user, query=""):
    answer = Program(user).call("GET", f"/licenses{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["licenses"]


def test_license_is_told_as_it_is(customer, license):
    plug(customer, license.product)
    [said] = listed(customer, f"?product={license.product.slug}&platform=windows")
    assert said.pop("ends_at").endswith("Z")
    assert said == {
        "id": license.support_key,
        "product": license.product.slug,
        "plan": standing(license).plan.slug,
        "kind": "commercial",
        "seats_total": 5,
        "seats_free": 4,
        "state": "active",
        "shared_by": None,
    }


def test_seats_are_those_for_the_platform(customer, license):
    standing(license).plan.pools.update(on_server=False)
    SeatPoolFactory(plan=standing(license).plan, quantity=None, on_windows=False, on_server=True)
    assert [listed(customer, f"?platform={name}")[0]["seats_total"] for name in ("windows", "server")] == [5, None]
    assert listed(customer)[0]["seats_free"] is None


def test_license_for_other_platforms_does_not_fit(customer, license):
    standing(license).plan.pools.update(on_ios=False)
    assert listed(customer, "?platform=ios") == []
    assert len(listed(customer, "?platform=macos")) == 1


def test_one_that_runs_longest_comes_first_and_one_that_is_over_last(customer):
    keys = {name: LicenseFactory(owner=customer).support_key for name in ("over", "short", "long", "blocked")}
    for name, end in {"over": -1, "short": 50, "long": 500, "blocked": 800}.items():
        License.objects.get(support_key=keys[name]).terms.update(ends_at=days(end))
    block_license(license=License.objects.get(support_key=keys["blocked"]), reason="Charged back.", at=now())
    found = listed(customer)
    assert [license["id"] for license in found] == [keys[name] for name in ("long", "short", "blocked", "over")]
    assert [license["state"] for license in found] == ["active", "active", "blocked", "expired"]


def test_only_the_accounts_own_and_not_what_was_put_away(customer, license, other_customer):
    LicenseFactory(owner=customer, archived_at=days(-1))
    assert [said["id"] for said in listed(customer)] == [license.support_key]
    assert listed(other_customer) == []


def test_license_without_a_term_is_no_choice(customer):
    LicenseFactory(owner=customer, terms=[])
    assert listed(customer) == in_order(License.objects.none(), "") == []


def test_unknown_product_and_platform_are_told(customer):
    program = Program(customer)
    problem(program.call("GET", "/licenses?product=nothing"), 404, "not_found")
    problem(program.call("GET", "/licenses?platform=amiga"), 422, "bad_platform")
