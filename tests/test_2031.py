"""The whole journey in 2031 while the real clock goes on: each door takes the moment once and hands it down."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from devices.models import Device, Lease
from licenses.jobs import note_all_ends
from licenses.models import Event, License, Seat, Term
from tests.factories import PlanFactory, SignInFactory, fresh_code, give_token
from tests.foundation.api.conftest import Program, problem
from tests.licenses.test_order_api import shop_of

pytestmark = pytest.mark.django_db

BOUGHT = datetime(2031, 3, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
CENTURY = 36_500.0


@pytest.fixture
def plan():
    return PlanFactory(slug="family-1y", name="Family", seats=2)


@pytest.fixture
def anna(client_of, customer):
    return client_of(customer)


@pytest.fixture
def laptop(customer):
    """A product on Anna’s laptop, with a token that outlives the journey."""
    sign_in = SignInFactory(user=customer)
    return Program(sign_in=sign_in, token=give_token(sign_in, scopes="openid devices", lives=CENTURY))


@pytest.fixture
def shop(store, plan):
    return shop_of(store, lives=CENTURY)


@pytest.fixture
def ordered(clock, shop, plan, customer):
    """Anna’s license, which a store sold on the first of March 2031."""
    clock(BOUGHT)
    said = {"number": "A-1", "plan": plan.slug, "email": customer.email}
    assert shop.call("POST", "/orders", said).status_code == 201
    return License.objects.get()


def page(browser, address="/licenses/") -> str:
    return " ".join(browser.get(address).content.decode().split())


def state_in_admin(browser) -> str:
    row = page(browser, reverse("admin:licenses_license_changelist"))
    return row.partition('field-state">')[2].partition("<")[0]


def test_code_is_redeemed_then(clock, anna, plan):
    code = fresh_code(plan)
    clock(BOUGHT)
    anna.post(reverse("licenses:add"), {"code": code})
    term, license = Term.objects.get(), License.objects.get()
    assert (term.starts_at, license.created_at, term.ends_at.year) == (BOUGHT, BOUGHT, 2032)
    assert set(license.events.values_list("at", flat=True)) == {BOUGHT}
    assert "1 license</strong>. It is active." in page(anna)


def test_device_is_connected_and_checks_in_then(clock, laptop, ordered):
    assert laptop.connect(ordered.product).json()["server_time"].startswith("2031-03-01")
    assert (Seat.objects.get().connected_at, Lease.objects.get().issued_at) == (BOUGHT, BOUGHT)
    clock(BOUGHT + DAY)
    assert laptop.check_in().status_code == 200
    assert (Device.objects.get().last_seen_at, Lease.objects.get().issued_at) == (BOUGHT + DAY, BOUGHT + DAY)


def test_end_and_renewal_are_told_alike_by_all(clock, anna, laptop, shop, ordered, client_of, staff):
    sam, end = client_of(staff), Term.objects.get().ends_at
    assert laptop.connect(ordered.product).status_code == 201
    clock(end - 9 * DAY)
    assert "Ends soon" in page(anna)
    assert [notice["code"] for notice in laptop.check_in().json()["notices"]] == ["ends_soon"]
    assert shop.call("GET", "/orders/A-1").json()["license"]["state"] == "ending"
    assert state_in_admin(sam) == "Ends soon"
    clock(end)
    assert "It has expired." in page(anna)
    problem(laptop.check_in(), 403, "expired")
    assert shop.call("GET", "/orders/A-1").json()["license"]["state"] == "expired"
    assert state_in_admin(sam) == "Expired"
    note_all_ends(at=end)
    assert Term.objects.get().expiry_announced_at == end
    clock(end + DAY)
    assert shop.call("PATCH", "/orders/A-1", {"action": "renew", "number": "A-2"}).status_code == 200
    assert "It is active." in page(anna)
    assert laptop.check_in().json()["notices"] == []
    assert state_in_admin(sam) == "Active"


def test_nothing_is_dated_by_the_real_clock(clock, anna, laptop, ordered):
    laptop.connect(ordered.product)
    clock(BOUGHT + DAY)
    anna.post(reverse("devices:rename", args=[Device.objects.get().pk]), {"name": "Study"})
    anna.post(reverse("devices:disconnect", args=[Device.objects.get().pk]))
    assert set(Event.objects.values_list("at", flat=True)) == {BOUGHT, BOUGHT + DAY}
    assert Seat.objects.get().disconnected_at == BOUGHT + DAY
