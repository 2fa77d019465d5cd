"""Devices that move to another license, all at the same instant as whatever else may happen to them."""

import pytest
from django.db.models import Count
from django.utils.timezone import now

from devices.models import Device
from devices.services import check_in, disconnect
from licenses.models import Event, Seat
from licenses.services import move_devices
from portal.foundation.oauth.models import SignIn
from portal.foundation.oauth.services import end_sign_ins
from tests.devices.conftest import plug
from tests.factories import LicenseFactory, PlanFactory, SignInFactory, UserFactory, days
from tests.ledger import forget_licenses
from tests.races import ROUNDS, THREADS, race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
FEWER = max(1, ROUNDS // 4)
SAID = {"app_version": "1", "os_version": "", "report": "protected"}


@pytest.fixture
def owner():
    return UserFactory()


def fresh(owner, *, devices, seats):
    """A license that has ended with so many devices on it, and another with so many seats."""
    forget_licenses()
    for model in (Device, SignIn):
        model.objects.all().delete()
    plan = PlanFactory(seats=THREADS)
    old = LicenseFactory(owner=owner, product=plan.product, terms__plan=plan)
    machines = [plug(owner, plan.product, number).device for number in range(devices)]
    old.terms.update(starts_at=days(-31), ends_at=days(-1))
    other = PlanFactory(product=plan.product, seats=seats)
    return old, LicenseFactory(owner=owner, product=plan.product, terms__plan=other), machines


def twice():
    """Places, and devices of a product, that hold more than one seat now."""
    held = Seat.objects.held().order_by()
    places = held.values("license", "pool", "number").annotate(times=Count("pk")).filter(times__gt=1)
    devices = held.values("license__product", "device").annotate(times=Count("pk")).filter(times__gt=1)
    return [*places, *devices]


def test_last_seat_goes_to_one_of_sixteen_devices(owner):
    def act(prepared, number):
        return check_in(device=prepared[2][number], **SAID, at=now()).seat

    for this in race(act, prepare=lambda: fresh(owner, devices=THREADS, seats=1)):
        _old, other, _machines = this.prepared
        assert (this.errors, twice()) == ([], [])
        assert [seat.license for seat in this.results] == [other]
        assert this.refusals == ["expired"] * (THREADS - 1)
        assert Seat.objects.held().count() == THREADS


def test_one_device_that_checks_in_sixteen_times_moves_once(owner):
    def act(prepared, _number):
        return check_in(device=prepared[2][0], **SAID, at=now()).seat

    for this in race(act, prepare=lambda: fresh(owner, devices=1, seats=3)):
        assert (this.errors, this.refusals) == ([], [])
        assert {seat.license for seat in this.results} == {this.prepared[1]}
        assert (Seat.objects.count(), Seat.objects.held().count()) == (2, 1)
        assert Event.objects.filter(verb=Event.Verb.DEVICE_MOVED).count() == 2


def signed_in(owner, **numbers):
    """The same with somebody signed in on the first device."""
    old, other, machines = fresh(owner, devices=1, **numbers)
    return old, other, machines[0], SignInFactory(user=owner, device=machines[0])


@pytest.mark.parametrize("is_lost", [False, True], ids=["held", "gone with its license"])
def test_device_that_a_person_disconnects_is_out(owner, is_lost):
    """Be it before, while or after it moves."""

    def prepare():
        prepared = signed_in(owner, seats=3)
        if is_lost:
            Seat.objects.update(disconnected_at=days(0), went_with_license=True)
        return prepared

    def act(prepared, number):
        _old, _other, device, sign_in = prepared
        if number == 0:
            return disconnect(device=device, actor=owner, at=now())
        return check_in(device=device, sign_in=sign_in, **SAID, at=now())

    for this in race(act, prepare=prepare):
        assert this.errors == []
        assert set(this.refusals) <= {"disconnected"}
        assert not Seat.objects.held().exists()
        assert not SignIn.objects.active().exists()


def test_end_of_the_sign_in_leaves_the_device_on_one_of_both(owner):
    def act(prepared, number):
        _old, _other, device, sign_in = prepared
        if number == 0:
            return end_sign_ins(
                sign_ins=SignIn.objects.filter(pk=sign_in.pk), end=SignIn.End.PASSWORD_CHANGED, at=now()
            )
        return check_in(device=device, sign_in=sign_in, **SAID, at=now())

    for this in race(act, prepare=lambda: signed_in(owner, seats=3), rounds=FEWER):
        assert this.errors == []
        assert set(this.refusals) <= {"invalid_token"}
        is_moved = Seat.objects.held().get().license == this.prepared[1]
        assert is_moved == (len(this.results) > 1)


def test_check_in_connect_and_the_page_move_a_device_once(owner):
    def act(prepared, number):
        old, _other, machines = prepared
        if number % 3 == 0:
            return check_in(device=machines[number % 2], **SAID, at=now())
        if number % 3 == 1:
            return plug(owner, old.product, number % 2)
        return move_devices(license=old, actor=owner, at=now())

    for this in race(act, prepare=lambda: fresh(owner, devices=2, seats=2), rounds=FEWER):
        assert (this.errors, this.refusals, twice()) == ([], [], [])
        assert Seat.objects.held().filter(license=this.prepared[1]).count() == 2
        assert Seat.objects.count() == 4


@pytest.mark.parametrize("is_lost", [False, True], ids=["held", "gone with its license"])
def test_machine_that_goes_to_another_account_sits_in_one(owner, is_lost):
    other_owner = UserFactory()

    def prepare():
        old, _other, device, sign_in = signed_in(owner, seats=3)
        LicenseFactory(owner=other_owner, product=old.product)
        if is_lost:
            Seat.objects.update(disconnected_at=days(0), went_with_license=True)
        return old, device, sign_in

    def act(prepared, number):
        old, device, sign_in = prepared
        if number == 0:
            return plug(other_owner, old.product, 0)
        return check_in(device=device, sign_in=sign_in, **SAID, at=now())

    for this in race(act, prepare=prepare, threads=2):
        assert this.errors == []
        assert set(this.refusals) <= {"disconnected"}
        assert Seat.objects.held().get().holder == other_owner
