"""For three days after a subscription’s end its payment may be late: one truth for all who ask."""

import json

import pytest
from django.utils import timezone

from licenses import services
from licenses.models import License, Term
from licenses.standing import State
from portal.foundation.webhooks.models import Delivery
from portal.foundation.webhooks.services import add_endpoint
from portal.ui.words import day
from tests.devices.conftest import plug
from tests.factories import InstallerFactory, LicenseFactory, days, standing
from tests.foundation.api.conftest import Program, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(customer):
    """Anna’s subscription, connected on her laptop, whose paid month ended two days ago."""
    license = LicenseFactory(owner=customer, renews_itself=True)
    program = Program(customer)
    assert program.connect(license.product).status_code == 201
    end(license, ago=2)
    return program, License.objects.get()


def end(license, *, ago):
    license.terms.update(starts_at=days(-32), ends_at=days(-ago))


def page(client, address="/licenses/"):
    return " ".join(client.get(address).content.decode().split())


def test_license_runs_three_days_longer_and_no_more(late):
    now = standing(late[1])
    assert (now.state, now.is_late, now.days_left) == (State.ENDING, True, 1)
    end(late[1], ago=3)
    over = standing(late[1])
    assert (over.state, over.is_late) == (State.EXPIRED, False)
    assert not License.objects.active_at(timezone.now()).exists()


def test_subscription_that_was_turned_off_is_over_at_its_end(late):
    License.objects.update(renews_itself=False)
    assert standing(License.objects.get()).state == State.EXPIRED
    assert not License.objects.active_at(timezone.now()).exists()


def test_check_in_and_connect_say_the_same(late):
    program, license = late
    answers = [program.check_in(), program.connect(license.product), program.connect(license.product, 2)]
    assert [answer.status_code for answer in answers] == [200, 200, 201]
    codes = [[notice["code"] for notice in answer.json()["notices"]] for answer in answers]
    assert codes == [["payment_late"]] * 3
    end(license, ago=3)
    for answer in (program.check_in(2), program.connect(license.product, 2)):
        problem(answer, 403, "expired")


def test_notice_of_the_product_says_until_when(late, customer):
    [notice] = late[0].check_in().json()["notices"]
    assert notice["text"].endswith(f"stays protected until {day(standing(late[1]).last_day, customer.zone)}.")


def test_list_for_products_says_that_it_runs(late):
    [said] = late[0].call("GET", f"/licenses?product={late[1].product.slug}").json()["licenses"]
    assert said["state"] == "ending"
    assert said["ends_at"] > timezone.now().isoformat()


def test_pages_say_that_the_payment_is_late_and_until_when(late, client_of, customer):
    license = late[1]
    assert "Payment is late" in page(client_of(customer))
    own = page(client_of(customer), license.get_absolute_url())
    assert "The payment is late" in own
    assert f"stay protected until <strong>{day(standing(license).last_day)}</strong>" in own
    assert "renews by itself on" not in own


def test_downloads_stay_open(late, client_of, customer):
    InstallerFactory(product=late[1].product)
    assert License.objects.active_at(timezone.now()).get() == late[1]
    assert "Install" in page(client_of(customer), "/downloads/windows/")


def test_device_that_sits_there_stays_though_another_license_runs_longer(late, customer):
    LicenseFactory(owner=customer, product=late[1].product)
    assert late[0].check_in().status_code == 200
    assert plug(customer, late[1].product).license == late[1]


def ends_told():
    sent = Delivery.objects.filter(topic="license.ended").order_by("pk")
    return [json.loads(row.body) for row in sent]


def test_store_hears_of_the_end_only_after_the_three_days(order, store):
    add_endpoint(client_id=store.pk, url="http://localhost:9/hooks")
    License.objects.update(renews_itself=True)
    end(order.term.license, ago=2)
    assert (services.announce_expiries(at=timezone.now()), ends_told()) == (0, [])
    end(order.term.license, ago=3)
    assert services.announce_expiries(at=timezone.now()) == 1
    [said] = ends_told()
    assert said["data"]["reason"] == "expired"
    assert Term.objects.get().expiry_announced_at


def test_store_that_cancels_meanwhile_hears_of_it_at_once(order, store):
    add_endpoint(client_id=store.pk, url="http://localhost:9/hooks")
    License.objects.update(renews_itself=True)
    end(order.term.license, ago=2)
    services.cancel_order(order=order, at=timezone.now())
    services.announce_expiries(at=timezone.now())
    assert len(ends_told()) == 1


def test_renewal_that_comes_late_goes_on_without_a_gap_for_the_device(order, customer):
    License.objects.update(renews_itself=True)
    license = order.term.license
    plug(customer, license.product)
    end(license, ago=2)
    services.renew_order(order=order, number="A-2", at=timezone.now())
    services.announce_expiries(at=timezone.now())
    assert plug(customer, license.product).license == license
    assert standing(license).is_late is False
