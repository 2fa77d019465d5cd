"""How many statements a call costs, transactions not counted: never more with more licenses or devices."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.models import Device
from licenses.models import Seat
from portal.foundation.crypto import keys
from tests.devices.conftest import plug
from tests.factories import LicenseFactory, PlanFactory, SeatFactory, TermFactory, days, standing
from tests.foundation.api.conftest import Program

pytestmark = pytest.mark.django_db

MANY = 30
# Machines with which no factory begins to count.
NEW = 1001


@pytest.fixture(autouse=True)
def key_at_hand(settings):
    """A process that runs for a while has the key of the leases at hand."""
    settings.SIGNING_KEY_KEPT_FOR = timedelta(minutes=1)
    keys.looked_up.clear()
    for _time in ("made", "looked up"):
        keys.signing_key("lease")
    yield
    keys.looked_up.clear()


def statements(call) -> int:
    """Count what a call asks the database."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = call()
    assert answer.status_code < 300, answer.content
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return len([query for query in asked if not query["sql"].startswith(control)])


@pytest.fixture
def busy(customer):
    """Anna with thirty licenses of one product, on one of which thirty devices sit."""
    plan = PlanFactory(seats=2 * MANY)
    licenses = [
        LicenseFactory(owner=customer, product=plan.product, terms__plan=plan, terms__ends_at=days(100 + number))
        for number in range(MANY)
    ]
    for _device in range(MANY):
        SeatFactory(license=licenses[-1])
    return licenses[-1]


@pytest.fixture
def laptop(customer):
    return Program(customer)


def test_check_in_is_five_statements_at_most(laptop, license):
    laptop.connect(license.product)
    TermFactory(license=license, plan=standing(license).plan, starts_at=days(335), ends_at=days(700))
    assert statements(laptop.check_in) == 4
    Device.objects.update(last_seen_at=timezone.now() - timedelta(minutes=6))
    assert statements(lambda: laptop.check_in(product=license.product.slug)) == 5
    assert statements(lambda: laptop.check_in(app_version="22.0")) == 5


def test_check_in_costs_the_same_with_many_devices_and_licenses(laptop, busy):
    laptop.connect(busy.product, NEW)
    assert Seat.objects.held().filter(license=busy).count() == MANY + 1
    assert statements(lambda: laptop.check_in(NEW)) == 4


def test_connect_costs_the_same_with_many_devices_and_licenses(laptop, customer, license, busy):
    laptop.connect(LicenseFactory(owner=customer).product, NEW)
    few = [statements(lambda: laptop.connect(license.product, NEW)) for _time in range(2)]
    many = [statements(lambda: laptop.connect(busy.product, NEW)) for _time in range(2)]
    assert few == many
    assert few[0] <= 40


def test_full_licenses_cost_the_same(laptop, busy, license):
    """The refusal names the devices of one license only, however many are full."""
    standing(license).plan.pools.update(quantity=1)
    plug(license.owner, license.product, 7)
    standing(busy).plan.pools.update(quantity=1)
    for other in busy.product.licenses.exclude(pk=busy.pk):
        SeatFactory(license=other)
    with CaptureQueriesContext(connection) as one:
        assert laptop.connect(license.product, 8).status_code == 409
    with CaptureQueriesContext(connection) as all_thirty:
        assert laptop.connect(busy.product, 9).status_code == 409
    assert len(one) == len(all_thirty)


def test_licenses_cost_the_same(laptop, customer, license, busy):
    few = statements(lambda: laptop.call("GET", f"/licenses?product={license.product.slug}&platform=windows"))
    many = statements(lambda: laptop.call("GET", f"/licenses?product={busy.product.slug}&platform=windows"))
    assert few == many == 6


def test_sign_out_and_release_are_few(laptop, license):
    laptop.connect(license.product)
    other = plug(license.owner, license.product, 2).device
    assert statements(lambda: laptop.release(other)) <= 16
    assert statements(laptop.sign_out) <= 16
