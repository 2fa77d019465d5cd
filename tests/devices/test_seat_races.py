"""Sixteen threads at the same instant: no seat is sold twice, no device is made twice, nobody waits for ever."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.utils.timezone import now

from devices.models import Device
from devices.services import disconnect
from licenses.models import Seat
from tests.devices.conftest import plug
from tests.factories import DeviceFactory, LicenseFactory, UserFactory, standing
from tests.ledger import forget_licenses
from tests.races import ROUNDS, THREADS, race

# For what is the same mechanism once more; the three races that matter most run all rounds.
FEWER = max(1, ROUNDS // 4)
pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner():
    return UserFactory()


def fresh_license(owner, seats):
    """A license with so many seats; the ones of earlier rounds are gone."""
    forget_licenses()
    Device.objects.all().delete()
    return LicenseFactory(owner=owner, terms__plan__seats=seats)


def held_twice():
    """Places, and devices of a license, that hold more than one seat now."""
    held = Seat.objects.held().order_by()
    places = held.values("license", "pool", "number").annotate(times=Count("pk")).filter(times__gt=1)
    devices = held.values("license", "device").annotate(times=Count("pk")).filter(times__gt=1)
    return [*places, *devices]


def test_last_seat_goes_to_one_of_sixteen_devices(owner):
    def act(license, number):
        return plug(owner, license.product, number)

    for this in race(act, prepare=lambda: fresh_license(owner, seats=1)):
        assert this.errors == []
        assert len(this.results) == 1
        assert this.refusals == ["seat_limit"] * (THREADS - 1)
        assert Seat.objects.held().count() == Device.objects.count() == 1


def test_five_seats_go_to_five_devices_with_five_numbers(owner):
    def act(license, number):
        return plug(owner, license.product, number)

    for this in race(act, prepare=lambda: fresh_license(owner, seats=5), rounds=FEWER):
        assert this.errors == []
        assert sorted(seat.number for seat in this.results) == [1, 2, 3, 4, 5]
        assert this.refusals == ["seat_limit"] * (THREADS - 5)


def test_one_machine_that_connects_sixteen_times_is_one_device(owner):
    def act(license, number):
        return plug(owner, license.product)

    for this in race(act, prepare=lambda: fresh_license(owner, seats=5)):
        assert (this.errors, this.refusals) == ([], [])
        assert len({seat.pk for seat in this.results}) == 1
        assert Device.objects.count() == Seat.objects.count() == 1


def test_disconnect_against_connect(owner):
    """One device leaves while fifteen want its seat: there is never more than one, and none is lost."""

    def prepare():
        license = fresh_license(owner, seats=1)
        return license, plug(owner, license.product).device

    def act(prepared, number):
        license, device = prepared
        if number == 0:
            return disconnect(device=device, actor=owner, at=now())
        return plug(owner, license.product, 1 + number)

    for this in race(act, prepare=prepare):
        _license, device = this.prepared
        assert this.errors == []
        assert set(this.refusals) <= {"seat_limit"}
        assert device.seats.get().disconnected_at
        assert Seat.objects.held().count() == len(this.results) - 1 <= 1


def test_one_device_is_connected_and_disconnected_at_once(owner):
    def prepare():
        license = fresh_license(owner, seats=3)
        return license, plug(owner, license.product).device

    def act(prepared, number):
        license, device = prepared
        if number % 2:
            return disconnect(device=device, actor=owner, at=now())
        return plug(owner, license.product)

    for this in race(act, prepare=prepare, rounds=FEWER):
        assert (this.errors, this.refusals, held_twice()) == ([], [], [])
        freed = sum(len(result) for result in this.results if isinstance(result, list))
        assert Seat.objects.count() - freed == Seat.objects.held().count() <= 1
        assert Device.objects.count() == 1


def with_a_license_each(owner, other, seats):
    """A product of which both own a license with so many seats."""
    license = fresh_license(owner, seats)
    LicenseFactory(owner=other, product=license.product, terms__plan__seats=seats)
    return license.product


def test_machine_that_two_accounts_want_is_in_one(owner):
    """Two racers only: a third would come later, see both seats, and put it right."""
    people = [owner, UserFactory()]

    def act(product, number):
        return plug(people[number], product)

    for this in race(act, prepare=lambda: with_a_license_each(*people, seats=1), threads=2):
        assert (this.errors, this.refusals) == ([], [])
        assert Seat.objects.held().count() == 1


def test_two_accounts_that_swap_their_machines_never_wait_for_each_other(owner):
    """Each connect takes a seat here and frees one there: in opposite order it would be a deadlock."""
    people = [owner, UserFactory()]

    def prepare():
        product = with_a_license_each(*people, seats=4)
        for number in range(4):
            plug(people[number % 2], product, number)
        return product

    def act(product, number):
        return plug(people[1 - number % 2], product, number)

    for this in race(act, prepare=prepare, threads=4, rounds=FEWER):
        assert (this.errors, this.refusals) == ([], [])
        held = Seat.objects.held().select_related("device").order_by("device__machine_id")
        assert [seat.holder_id for seat in held] == [people[1].pk, people[0].pk] * 2


def naive_seat(license, device, number):
    """Count, think, write, without the lock; a refusal when the license looks full."""
    if license.seats.held().count() >= standing(license).plan.seat_count:
        raise ValidationError("full", code="seat_limit")
    pool = standing(license).plan.pools.get()
    return Seat.objects.create(license=license, pool=pool, device=device, holder=device.owner, number=number)


def with_devices(owner):
    """A license with a single seat, and the device of each thread."""
    license = fresh_license(owner, seats=1)
    return license, DeviceFactory.create_batch(THREADS, owner=owner)


def test_harness_sees_a_naive_twin_fail(owner):
    """Each racer takes a number of its own, so that no constraint helps: the last seat is sold many times."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time and hides this mistake; the same suite runs on PostgreSQL too")

    @transaction.atomic
    def act(prepared, number):
        return naive_seat(prepared[0], prepared[1][number], 1 + number)

    rounds = list(race(act, prepare=lambda: with_devices(owner)))
    oversold = [this for this in rounds if len(this.results) > 1]
    assert len(oversold) >= len(rounds) * 0.9


def test_database_alone_refuses_what_the_naive_twin_sells(owner):
    """The same mistake with the lowest free number, as seats have: the constraint lets one through."""

    @transaction.atomic
    def act(prepared, number):
        return naive_seat(prepared[0], prepared[1][number], 1)

    for this in race(act, prepare=lambda: with_devices(owner), rounds=5):
        assert len(this.results) == Seat.objects.held().count() == 1
        assert {type(error) for error in this.errors} <= {IntegrityError}
        assert all("seat_number_is_taken_once" in str(error) or "UNIQUE" in str(error) for error in this.errors)
