"""A license may not wander from device to device without end; normal life never meets that limit."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now

from devices.services import connect
from licenses import services
from licenses.models import Event, Seat
from licenses.moves import Stay, moves_in
from licenses.services import free_seat, take_seat
from portal.ui.words import day
from tests.factories import DeviceFactory, LicenseFactory, PlanFactory, TermFactory, days, fresh_code, standing

pytestmark = pytest.mark.django_db
START = timezone.now() - timedelta(days=5)


@pytest.fixture
def license(customer):
    """A license with one seat: two moves in thirty days."""
    return LicenseFactory(owner=customer, terms__plan__seats=1)


@pytest.fixture
def machines(customer):
    return DeviceFactory.create_batch(5, owner=customer)


def at(number: float):
    return START + timedelta(days=number)


def pass_on(license, *machines, start=0.0):
    """Let the license's seat go from one device to the next, one a minute."""
    for number, device in enumerate(machines):
        moment = at(start + number / 1440)
        for seat in Seat.objects.held().filter(license=license).select_related("device"):
            free_seat(license=license, device=seat.device, at=moment)
        take_seat(license=license, device=device, at=moment)


def stays(text: str) -> list[Stay]:
    """Read “a0-3 b3-”: device a from day 0 to day 3, b from day 3 on."""
    rows = [(word[0], *word[1:].split("-")) for word in text.split()]
    return [Stay(ord(name), at(float(start)), at(float(end)) if end else None) for name, start, end in rows]


@pytest.mark.parametrize(
    ("history", "moves"),
    [
        ("a0- b0- c0-", 0),  # filled for the first time
        ("a0-1 a1-", 0),  # a reinstall
        ("a0-1 b0-2 b3- a4-", 0),  # both come back, in whatever order
        ("a0-1 b1-", 1),
        ("a0-1 b2- c2-", 1),  # one place given up is taken once, the next was never used
        ("a0-1 b1-2 a2-3 b3-", 3),
        ("a0-1 b40-", 0),  # given up long ago
        ("a0-1 b1-2 c2- a3-", 2),  # its own place was taken, and no other is given up
    ],
)
def test_move_is_a_seat_that_another_device_gave_up(history, moves):
    assert len(moves_in(stays(history))) == moves
    assert len(moves_in(reversed(stays(history)))) == moves


def test_nothing_before_a_reset_counts():
    assert moves_in(stays("a0-1 b1-2 c2-3 d4-"), since=at(2)) == [at(4)]


def test_third_move_of_one_seat_in_thirty_days_is_refused(license, machines):
    pass_on(license, *machines[:3])
    free_seat(license=license, device=machines[2], at=at(1))
    with pytest.raises(ValidationError) as refusal:
        take_seat(license=license, device=machines[3], at=at(1))
    assert refusal.value.code == "move_limit"
    assert f"The next device can be connected on {day(at(30))}." in refusal.value.messages[0]
    assert not Seat.objects.held().exists()


def test_it_is_possible_again_on_the_day_that_was_named(license, machines):
    pass_on(license, *machines[:3])
    with pytest.raises(ValidationError) as refusal:
        pass_on(license, machines[3], start=1)
    again_at = refusal.value.again_at
    assert again_at == at(30 + 1 / 1440)
    with pytest.raises(ValidationError):
        take_seat(license=license, device=machines[3], at=again_at - timedelta(seconds=1))
    assert take_seat(license=license, device=machines[3], at=again_at)


def test_same_device_comes_back_as_often_as_it_likes(license, machines):
    pass_on(license, *machines[:3])
    for hour in range(1, 9):
        free_seat(license=license, device=machines[2], at=at(hour / 24))
        assert take_seat(license=license, device=machines[2], at=at(hour / 24))


def test_full_license_says_that_first(license, machines):
    pass_on(license, *machines[:3])
    with pytest.raises(ValidationError, check=lambda refusal: refusal.code == "seat_limit"):
        take_seat(license=license, device=machines[3], at=at(1))


def test_five_seats_may_move_ten_times(customer):
    license = LicenseFactory(owner=customer)
    for number, device in enumerate(DeviceFactory.create_batch(16, owner=customer)):
        if number >= 5:
            free_seat(license=license, device=Seat.objects.held().earliest("connected_at").device, at=at(number / 24))
        if number < 15:
            take_seat(license=license, device=device, at=at(number / 24))
    with pytest.raises(ValidationError, check=lambda refusal: refusal.code == "move_limit"):
        take_seat(license=license, device=device, at=at(1))


def test_license_without_a_limit_on_devices_has_none_on_moves(customer, machines):
    license = LicenseFactory(owner=customer)
    standing(license).plan.pools.update(quantity=None)
    pass_on(license, *machines, *machines)
    assert Seat.objects.count() == 10


def test_place_given_up_before_the_window_may_be_taken_within_it(license, machines):
    license.terms.update(starts_at=days(-90))
    pass_on(license, machines[0], start=-60)
    free_seat(license=license, device=machines[0], at=at(-35))
    take_seat(license=license, device=machines[1], at=at(-15))
    assert len(license.standing(at(0), with_moves=True).moves.made) == 1
    assert len(license.standing(at(16), with_moves=True).moves.made) == 0


def test_smaller_plan_takes_no_device_away(customer, machines):
    license = LicenseFactory(owner=customer)
    for start in (0, 1):
        for device in machines[:2]:
            take_seat(license=license, device=device, at=at(start))
            free_seat(license=license, device=device, at=at(start + 0.5))
            take_seat(license=license, device=machines[2 + start], at=at(start + 0.6))
            free_seat(license=license, device=machines[2 + start], at=at(start + 0.7))
    license.terms.update(ends_at=days(-1))
    TermFactory(license=license, plan=PlanFactory(product=license.product, seats=1), starts_at=days(-1))
    assert take_seat(license=license, device=machines[3], at=at(2))


def test_other_license_that_fits_is_taken(customer, license, machines):
    pass_on(license, *machines[:3])
    free_seat(license=license, device=machines[2], at=at(1))
    other = LicenseFactory(owner=customer, product=license.product)
    facts = {"machine_id": machines[3].machine_id, "platform": "windows", "name": "PC"}
    assert connect(user=customer, product=license.product, at=at(1), **facts).license == other


def test_buyer_begins_with_all_moves(customer, other_customer):
    code = fresh_code(PlanFactory(seats=1))
    license = services.redeem_code(user=customer, text=code, at=now())
    license.terms.update(starts_at=days(-20))
    pass_on(license, *DeviceFactory.create_batch(3, owner=customer))
    services.claim_code(user=other_customer, text=code, at=now())
    services.release_license(user=customer, claim=other_customer.claims.get(), at=now())
    license.refresh_from_db()
    pass_on(license, *DeviceFactory.create_batch(3, owner=other_customer), start=6)


# Staff


def test_staff_reset_the_count(client_of, staff, license, machines):
    pass_on(license, *machines[:3])
    address = reverse("admin:licenses_license_changelist")
    client_of(staff).post(address, {"action": "reset_moves", "_selected_action": [license.pk]})
    pass_on(license, machines[3], start=6)
    event = Event.objects.get(verb=Event.Verb.MOVES_RESET)
    assert (event.actor, event.license) == (staff, license)


def test_staff_see_how_often_it_moved(client_of, staff, license, machines):
    pass_on(license, *machines[:2])
    page = client_of(staff).get(reverse("admin:licenses_license_change", args=[license.pk])).content.decode()
    assert "1 / 2" in page


# The page


def test_page_of_a_license_tells_what_is_left_when_it_matters(client_of, customer, license, machines):
    def page():
        return " ".join(client_of(customer).get(license.get_absolute_url()).content.decode().split())

    pass_on(license, machines[0])
    assert "moved" not in page()
    assert "can move" not in page()
    pass_on(license, machines[1], start=1)
    assert "Seats of this license can change devices once more until" in page()
    pass_on(license, machines[2], start=2)
    assert f"The next new device can be connected on {day(at(31))}." in page()
