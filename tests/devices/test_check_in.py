"""A product says that it is alive: what is written, how often, and when it is turned away."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from devices.models import Device
from devices.services import check_in, disconnect
from licenses.models import License, Seat
from licenses.services import block_license
from tests.devices.conftest import plug, refuses, shrink
from tests.factories import LicenseFactory

pytestmark = pytest.mark.django_db


def report_in(device, *, after=timedelta(0), **said):
    """Check in so long after the connect, with the same words as then unless the test says otherwise."""
    words = {"app_version": device.app_version, "os_version": device.os_version, "report": device.report, **said}
    return check_in(device=device, at=device.created_at + after, **words).seat.device


def test_what_is_new_is_written_at_once(connected):
    report_in(connected, app_version="22.0", report=Device.Report.UPDATE_WAITING)
    connected.refresh_from_db()
    assert (connected.app_version, connected.report) == ("22.0", "update_waiting")
    assert connected.last_seen_at == connected.created_at


def test_sign_of_life_is_written_once_in_five_minutes(connected):
    made = connected.created_at
    report_in(connected, after=timedelta(minutes=4))
    connected.refresh_from_db()
    assert connected.last_seen_at == made
    report_in(connected, after=timedelta(minutes=5))
    connected.refresh_from_db()
    assert connected.last_seen_at == made + timedelta(minutes=5)


def test_name_is_not_touched(connected):
    Device.objects.update(name="Kitchen PC")
    report_in(connected, app_version="22.0")
    assert Device.objects.get().name == "Kitchen PC"


def test_versions_are_cleaned(connected):
    device = report_in(connected, app_version="2\x002", os_version="W" * 99)
    device.refresh_from_db()
    assert (device.app_version, len(device.os_version)) == ("22", 80)


def test_made_up_report_is_refused(connected):
    with refuses("bad_report"):
        report_in(connected, report="fine")


def test_device_without_a_seat_is_refused_and_nothing_written(customer, connected):
    disconnect(device=connected, actor=customer, at=now())
    with refuses("disconnected"):
        report_in(connected, after=timedelta(hours=1), app_version="22.0")
    device = Device.objects.get()
    assert (device.app_version, device.last_seen_at) == ("", connected.last_seen_at)


def test_blocked_license_is_told(connected, license):
    block_license(license=license, reason="Charged back.", at=now())
    with refuses("blocked"):
        report_in(connected)


def test_license_that_is_over_is_told(connected, license):
    license.terms.update(ends_at=connected.created_at)
    with refuses("expired"):
        report_in(connected)


def test_another_license_that_runs_is_enough(customer, connected, license):
    plug(customer, LicenseFactory(owner=customer).product)
    block_license(license=license, reason="Charged back.", at=now())
    assert report_in(connected, app_version="22.0").app_version == "22.0"


def test_device_for_which_a_smaller_plan_has_no_room_is_told(customer, license, connected):
    second = plug(customer, license.product, 2).device
    shrink(license)
    assert report_in(connected, app_version="22.0").app_version == "22.0"
    with refuses("seat_limit"):
        report_in(second)
    assert Seat.objects.held().count() == 2


def end_term(license, ago: timedelta) -> None:
    license.terms.update(starts_at=now() - timedelta(days=31), ends_at=now() - ago)


@pytest.mark.parametrize("renews_itself", [True, False])
def test_payment_may_be_late_by_some_days_where_the_license_renews_itself(connected, renews_itself):
    license = License.objects.get()
    License.objects.update(renews_itself=renews_itself)
    end_term(license, ago=timedelta(days=2))
    said = {"device": connected, "app_version": "22", "os_version": "11", "report": "protected"}
    if renews_itself:
        late = check_in(**said, at=now()).lease.claims
        assert late["exp"] == late["license_ends_at"] + timedelta(days=3).total_seconds()
    else:
        with refuses("expired"):
            check_in(**said, at=now())


def test_payment_that_does_not_come_ends_protection(connected):
    License.objects.update(renews_itself=True)
    end_term(License.objects.get(), ago=timedelta(days=3))
    with refuses("expired"):
        check_in(device=connected, app_version="22", os_version="11", report="protected", at=now())
