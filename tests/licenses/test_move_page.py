"""The page of a license that is over offers to move its devices to the other one, as many as fit."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from licenses.models import Event, License, Seat
from licenses.services import block_license
from tests.factories import DeviceFactory, LicenseFactory, PlanFactory, SeatFactory, days, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(customer):
    """Anna’s license, which ended yesterday with two devices on it."""
    license = LicenseFactory(owner=customer)
    for name, seen in (("Laptop", -1), ("Phone", -2)):
        SeatFactory(license=license, device=DeviceFactory(owner=customer, name=name, last_seen_at=days(seen)))
    license.terms.update(starts_at=days(-31), ends_at=days(-1))
    return license


def another(old, *, seats=5, ends=300):
    plan = PlanFactory(product=old.product, seats=seats)
    return LicenseFactory(owner=old.owner, product=old.product, terms__plan=plan, terms__ends_at=days(ends))


@pytest.fixture
def anna(client_of, customer):
    return client_of(customer)


def page(anna, license, query=""):
    return " ".join(anna.get(license.get_absolute_url() + query).content.decode().split())


def press(anna, old):
    answer = anna.post(reverse("licenses:move", args=[old.pk]), follow=True)
    return " ".join(answer.content.decode().split())


def test_devices_are_offered_a_seat_each(anna, old):
    another(old)
    own = page(anna, old)
    assert "2 devices can move to your other license" in own
    assert "Move 2 devices" in own
    assert "0 seats in use now, 2 of 5 after the move" in own
    assert own.count('<i class="soon"></i>') == 2
    assert f'action="/licenses/{old.pk}/move/" method="post"><input type="hidden" name="csrfmiddlewaretoken"' in own


def test_press_moves_them_and_the_notice_takes_the_focus(anna, old):
    other = another(old)
    own = press(anna, old)
    assert f"2 devices moved to {old.product.name}" in own
    assert 'aria-labelledby="notice-moved" tabindex="-1" autofocus' in own
    assert "can move to your other license" not in own
    assert {seat.license for seat in Seat.objects.held()} == {other}
    actors = {event.actor for event in Event.objects.filter(verb=Event.Verb.DEVICE_MOVED)}
    assert actors == {old.owner}
    assert len(License.objects.get(pk=other.pk).standing(days(0), with_moves=True).moves.made) == 0


def test_number_is_what_fits_and_the_device_seen_last_goes_first(anna, old):
    other = another(old, seats=1)
    assert "It has a seat for 1 of 2 devices." in page(anna, old)
    assert "1 device moved to" in press(anna, old)
    assert Seat.objects.held().get(license=other).device.name == "Laptop"
    assert "can move to your other license" not in page(anna, old)


def test_blocked_license_offers_it_too(anna, old):
    another(old)
    block_license(license=old, reason="Charged back.", at=now())
    assert "Blocked on" in page(anna, old)
    assert "2 devices moved" in press(anna, old)


@pytest.mark.parametrize("case", ["none", "over", "full", "of another product", "other platforms", "still running"])
def test_nothing_is_offered_where_nothing_can_move(anna, old, case):
    other = another(old, seats=1) if case != "none" else None
    if case == "over":
        other.terms.update(starts_at=days(-31), ends_at=days(-1))
    elif case == "full":
        SeatFactory(license=other)
    elif case == "of another product":
        License.objects.filter(pk=other.pk).update(product=LicenseFactory().product)
    elif case == "other platforms":
        standing(other).plan.pools.update(on_windows=False)
    elif case == "still running":
        old.terms.update(ends_at=days(9))
    assert "can move to your other license" not in page(anna, old)
    assert "There is nothing to move" in press(anna, old)
    assert Seat.objects.held().filter(license=old).count() == 2


def test_second_press_is_told_kindly(anna, old):
    another(old)
    press(anna, old)
    assert "There is nothing to move" in press(anna, old)
    assert Seat.objects.count() == 4


def test_stranger_finds_nothing(client_of, other_customer, old):
    another(old)
    stranger = client_of(other_customer)
    assert stranger.post(reverse("licenses:move", args=[old.pk])).status_code == 404
    assert Seat.objects.held().filter(license=old).count() == 2


@pytest.mark.parametrize("said", ["x", "-1", "9" * 30, "999999"])
def test_made_up_result_says_nothing(anna, old, said):
    assert "moved to" not in page(anna, old, f"?moved={said}")


def test_offer_costs_the_same_with_many_licenses(anna, old):
    another(old)
    with CaptureQueriesContext(connection) as few:
        page(anna, old)
    for _license in range(5):
        another(old)
    with CaptureQueriesContext(connection) as many:
        page(anna, old)
    assert len(few) == len(many)
