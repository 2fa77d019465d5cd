"""What the database itself refuses about seats and devices, whatever the code above it does."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from devices.models import Device
from licenses.models import Seat
from tests.factories import DeviceFactory, LicenseFactory, SeatFactory, UserFactory, days

pytestmark = pytest.mark.django_db

# SQLite names the columns of a unique constraint, PostgreSQL the constraint.
COLUMNS = {
    "seat_number_is_taken_once": "licenses_seat.license_id, licenses_seat.pool_id, licenses_seat.number",
    "device_has_one_seat_a_license": "licenses_seat.license_id, licenses_seat.device_id",
    "machine_is_one_device_an_account": "devices_device.machine_id, devices_device.owner_id",
}


def refuses(name):
    said = name if connection.vendor == "postgresql" else COLUMNS.get(name, name)
    return pytest.raises(IntegrityError, match=said)


def test_seat_is_not_sold_twice():
    seat = SeatFactory()
    with refuses("seat_number_is_taken_once"):
        SeatFactory(license=seat.license, number=seat.number)


def test_seat_that_was_given_back_is_sold_again():
    seat = SeatFactory(connected_at=days(-1), disconnected_at=days(0))
    assert SeatFactory(license=seat.license, number=seat.number).number == seat.number
    assert Seat.objects.count() == 2


def test_device_has_one_seat_of_a_license():
    seat = SeatFactory()
    with refuses("device_has_one_seat_a_license"):
        SeatFactory(license=seat.license, device=seat.device)


def test_device_may_have_a_seat_of_each_license():
    seat = SeatFactory()
    SeatFactory(license=LicenseFactory(owner=seat.license.owner), device=seat.device)
    assert seat.device.seats.held().count() == 2


def test_seats_are_numbered_from_one():
    seat = SeatFactory()
    with refuses("seat_numbers_start_at_one"):
        Seat.objects.filter(pk=seat.pk).update(number=0)


def test_seat_is_given_back_after_it_was_taken():
    seat = SeatFactory()
    with refuses("seat_ends_after_it_starts"):
        Seat.objects.update(disconnected_at=seat.connected_at - timedelta(microseconds=1))


def test_seat_may_end_in_the_instant_in_which_it_began():
    seat = SeatFactory()
    assert Seat.objects.update(disconnected_at=seat.connected_at) == 1


def test_machine_is_one_device_of_an_account():
    device = DeviceFactory()
    with refuses("machine_is_one_device_an_account"):
        DeviceFactory(owner=device.owner, machine_id=device.machine_id)


def test_machine_may_be_a_device_of_two_accounts():
    device = DeviceFactory()
    assert DeviceFactory(owner=UserFactory(), machine_id=device.machine_id).pk


def test_platform_is_one_of_the_list():
    DeviceFactory()
    with refuses("device_platform_exists"):
        Device.objects.update(platform="amiga")


def test_pool_with_a_seat_in_it_is_not_deleted():
    seat = SeatFactory()
    with pytest.raises(Exception, match="protected"):
        seat.pool.delete()


@pytest.mark.parametrize("machine_id", ["", "ab", "AB" * 16, "g" * 32, "0" * 32 + "\n"])
def test_form_of_a_machine_id_is_checked(machine_id):
    device = DeviceFactory.build(owner=UserFactory(), machine_id=machine_id)
    with pytest.raises(ValidationError) as refusal:
        device.full_clean()
    assert set(refusal.value.message_dict) == {"machine_id"}


@pytest.mark.parametrize("model", [Seat, Device])
def test_what_people_read_is_written_for_each_constraint(model):
    for constraint in model._meta.constraints:
        assert constraint.violation_error_message != constraint.default_violation_error_message
