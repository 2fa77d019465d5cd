"""The owner reads which device found no seat, where a seat can be freed; and nobody else, and not for ever."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from devices.models import TurnedAway
from devices.overview import fingerprint
from devices.services import disconnect, remember_turned_away
from tests.devices.conftest import plug
from tests.factories import LicenseFactory, days
from tests.foundation.api.conftest import Program, machine, problem

pytestmark = pytest.mark.django_db
ADDED = "“Anna’s new laptop” could not be added."


@pytest.fixture
def full(customer):
    """A license whose only seat Anna’s old computer has."""
    license = LicenseFactory(owner=customer, terms__plan__seats=1)
    plug(customer, license.product, 2, name="Old desktop")
    return license


@pytest.fixture
def read(client_of, customer):
    return lambda: client_of(customer).get(reverse("devices:index")).content.decode()


@pytest.fixture
def refused(customer, full):
    """Anna’s new laptop, which just found no seat."""
    program = Program(customer)
    problem(program.connect(full.product, name="Anna’s new laptop"), 409, "seat_limit")
    return program


def test_banner_names_the_device_that_could_not_be_added(read, full, refused):
    page = read()
    assert ADDED in page
    assert "notice--warn" in page
    assert "Old desktop" in page


def test_last_one_is_enough(read, full, refused):
    problem(refused.connect(full.product, number=7, name="Tablet"), 409, "seat_limit")
    assert TurnedAway.objects.count() == 1
    assert "“Tablet” could not be added." in read()


def test_device_that_has_a_seat_now_is_not_missed(read, customer, full, refused):
    other = LicenseFactory(owner=customer, product=full.product)
    plug(customer, other.product, machine_id=machine(1))
    assert "could not be added" not in read()


def test_banner_ends_with_a_free_seat_and_after_a_week(read, customer, full, refused):
    TurnedAway.objects.update(at=days(-7.01))
    assert "could not be added" not in read()
    TurnedAway.objects.update(at=days(-6.9))
    assert ADDED in read()
    disconnect(device=full.seats.get().device, actor=customer, at=now())
    assert "could not be added" not in read()


def test_who_gets_the_license_later_reads_no_strangers_device(client_of, other_customer, full, refused):
    full.owner = other_customer
    full.save()
    full.seats.update(disconnected_at=days(0))
    plug(other_customer, full.product, 9)
    page = client_of(other_customer).get(reverse("devices:index")).content.decode()
    assert "in use" in page
    assert "could not be added" not in page


def test_page_that_refreshes_itself_hears_of_it(customer, full):
    before = fingerprint(customer, now())
    remember_turned_away(support_key=full.support_key, machine_id=machine(1), platform="windows", name="", at=now())
    assert fingerprint(customer, now()) != before
    assert TurnedAway.objects.get().name
