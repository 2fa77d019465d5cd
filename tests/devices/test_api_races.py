"""The same races as in the services, through HTTP: tokens, limits and leases included, no server error."""

import pytest
from django.db.models import Count
from django.utils.timezone import now

from devices.models import Device
from devices.services import disconnect
from licenses.models import License, Seat
from portal.foundation.oauth.models import SignIn
from tests.devices.conftest import plug
from tests.factories import LicenseFactory, SignInFactory, UserFactory, days, give_token
from tests.foundation.api.conftest import Program
from tests.ledger import forget_licenses
from tests.races import ROUNDS, THREADS, race

FEWER = max(1, ROUNDS // 4)
pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def open_doors(settings):
    """Limits that a race does not meet."""
    settings.LIMITS = {name: (10**6, window) for name, (_calls, window) in settings.LIMITS.items()}


@pytest.fixture
def owner():
    return UserFactory()


def products_of(owner) -> list[Program]:
    """A product on each of sixteen computers, each signed in by itself."""
    sign_ins = [SignInFactory(user=owner) for _thread in range(THREADS)]
    return [Program(sign_in=sign_in, token=give_token(sign_in)) for sign_in in sign_ins]


def fresh(owner, seats):
    """A license with so many seats and sixteen products; those of earlier rounds are gone."""
    forget_licenses()
    for model in (Device, SignIn):
        model.objects.all().delete()
    return LicenseFactory(owner=owner, terms__plan__seats=seats), products_of(owner)


def violations() -> list:
    """Places, and devices of a license, that hold more than one seat; sign-ins that end without a reason."""
    held = Seat.objects.held().order_by()
    places = held.values("license", "pool", "number").annotate(times=Count("pk")).filter(times__gt=1)
    devices = held.values("license", "device").annotate(times=Count("pk")).filter(times__gt=1)
    return [*places, *devices]


def test_last_seat_goes_to_one_of_sixteen(owner):
    def act(prepared, number):
        license, programs = prepared
        return programs[number].connect(license.product, 1000 + number).status_code

    for this in race(act, prepare=lambda: fresh(owner, seats=1)):
        assert this.errors == []
        assert sorted(this.results) == [201, *[409] * (THREADS - 1)]
        assert (Seat.objects.held().count(), Device.objects.count(), violations()) == (1, 1, [])


def test_connect_disconnect_check_in_and_the_end_of_the_term(owner):
    """All at once on five seats: every answer is one that the protocol knows, and no seat is held twice."""

    def prepare():
        license, programs = fresh(owner, seats=5)
        for number in range(4):
            assert programs[number].connect(license.product, 1000 + number).status_code == 201
        return license, programs

    def act(prepared, number):
        license, programs = prepared
        if number == 15:
            return License.objects.get(pk=license.pk).terms.update(ends_at=days(0))
        if number == 14:
            return len(disconnect(device=Device.objects.get(machine_id=f"{1000:032x}"), actor=owner, at=now()))
        if number in (0, 1, 2):
            return programs[number].check_in(1000 + number).status_code
        if number == 3:
            return programs[number].sign_out(1000 + number).status_code
        return programs[number].connect(license.product, 1000 + number).status_code

    for this in race(act, prepare=prepare):
        assert this.errors == []
        assert set(this.results) <= {1, 200, 201, 204, 403, 409, 410}
        assert violations() == []
        assert Seat.objects.held().count() <= 5


def test_product_that_connects_while_it_is_disconnected_is_in_or_out(owner):
    """Never both: a seat, and a sign-in that has ended."""

    def prepare():
        license, programs = fresh(owner, seats=3)
        assert programs[0].connect(license.product, 1000).status_code == 201
        return license, programs[0], Device.objects.get()

    def act(prepared, number):
        license, program, device = prepared
        if number == 0:
            return disconnect(device=device, actor=owner, at=now()) and 1
        if number % 2:
            return Program(sign_in=program.sign_in, token=program.token).check_in(1000).status_code
        return Program(sign_in=program.sign_in, token=program.token).connect(license.product, 1000).status_code

    for this in race(act, prepare=prepare):
        assert this.errors == []
        assert set(this.results) <= {1, 200, 401, 410}
        assert not SignIn.objects.active().filter(bound__isnull=False).exists()
        assert not Seat.objects.held().exists()


def test_machine_that_two_accounts_connect_is_signed_in_to_one(owner):
    other = UserFactory()

    def prepare():
        license, programs = fresh(owner, seats=2)
        LicenseFactory(owner=other, product=license.product)
        return license.product, [programs[0], Program(other)]

    def act(prepared, number):
        product, programs = prepared
        return programs[number].connect(product, 1000).status_code

    for this in race(act, prepare=prepare, threads=2, rounds=FEWER):
        assert (this.errors, sorted(this.results)) == ([], [201, 201])
        assert Seat.objects.held().count() == 1
        active = SignIn.objects.active().get(bound__isnull=False)
        assert active.bound.device == Seat.objects.held().get().device


def test_check_ins_at_once_are_no_second_machine(owner):
    """Each carries a lease that the portal may have signed: none is taken for a copy."""

    def prepare():
        license, programs = fresh(owner, seats=1)
        assert programs[0].connect(license.product, 1000).status_code == 201
        return programs[0]

    def act(program, _number):
        return Program(sign_in=program.sign_in, token=program.token).check_in(1000).status_code

    for this in race(act, prepare=prepare, rounds=FEWER):
        assert (this.errors, set(this.results)) == ([], {200})
        lease = Device.objects.get().leases.get()
        assert lease.copied_at is None
        assert plug(owner, lease.product, 1000) == Seat.objects.held().get()
