"""Many answers at the same instant: one lease a device and product, and none after a disconnect."""

import pytest
from django.utils.timezone import now

from devices.models import Lease
from devices.services import check_in, disconnect
from licenses.models import Seat
from tests.devices.conftest import plug
from tests.factories import LicenseFactory, UserFactory
from tests.ledger import forget_licenses
from tests.races import ROUNDS, race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
FEWER = max(1, ROUNDS // 4)
SAID = {"app_version": "1", "os_version": "", "report": "protected"}


@pytest.fixture
def owner():
    return UserFactory()


def fresh_device(owner):
    forget_licenses()
    return plug(owner, LicenseFactory(owner=owner).product).device


def test_sixteen_check_ins_of_one_machine_make_one_lease_and_no_copy(owner):
    def prepare():
        device = fresh_device(owner)
        check_in(device=device, **SAID, at=now())
        return device

    for this in race(
        lambda device, number: check_in(device=device, held=Lease.objects.get().jtis[0], **SAID, at=now()),
        prepare=prepare,
        rounds=FEWER,
    ):
        assert (this.errors, this.refusals) == ([], [])
        lease = Lease.objects.get()
        assert lease.copied_at is None
        assert lease.jti in {result.lease.claims["jti"] for result in this.results}


def test_nothing_is_signed_after_a_disconnect(owner):
    """What the page says about the end of the lease stays true, whichever of the two was first."""

    def act(device, number):
        if number == 0:
            disconnect(device=device, actor=owner, at=now())
            return Lease.objects.values_list("jtis", flat=True).first()
        check_in(device=device, **SAID, at=now())
        return None

    for this in race(act, prepare=lambda: fresh_device(owner), rounds=FEWER):
        assert (this.errors, set(this.refusals) - {"disconnected"}) == ([], set())
        assert not Seat.objects.held().exists()
        at_disconnect = next((result for result in this.results if result), None)
        assert Lease.objects.values_list("jtis", flat=True).first() == at_disconnect
