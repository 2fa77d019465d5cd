"""Hear from a product that it is alive, and tell it whether it still has its right."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from devices.models import Device
from licenses.models import License

from .connect import seats_well
from .facts import clean_versions, write

SEEN_AT_MOST_EVERY = timedelta(minutes=5)


@transaction.atomic
def check_in(*, device: Device, app_version: str, os_version: str, report: str, now: datetime | None = None) -> Device:
    """Record that a product is alive; writes at most once in five minutes unless it says something new.

    Raises `disconnected` for a device without a seat, `blocked`, `expired` and `seat_limit` for what became of its
    license, and `bad_report`.
    """
    now = now or timezone.now()
    device = Device.objects.select_for_update(no_key=True).get(pk=device.pk)
    refuse_without_right(device, now)
    if report not in Device.Report:
        raise ValidationError(_("There is no such report."), code="bad_report")
    facts = {**clean_versions(os_version, app_version), "report": report}
    said_before = all(getattr(device, field) == value for field, value in facts.items())
    seen_lately = device.last_seen_at and now - device.last_seen_at < SEEN_AT_MOST_EVERY
    if not (said_before and seen_lately):
        write(device, **facts, last_seen_at=now)
    return device


def refuse_without_right(device: Device, now: datetime) -> None:
    """Refuse a device none of whose licenses protects it now."""
    licenses = list(License.objects.with_device(device).with_state())
    if not licenses:
        raise ValidationError(_("This device was disconnected."), code="disconnected")
    running = [license for license in licenses if license.term_at(now) and not license.blocked_at]
    if any(seats_well(license, device) for license in running):
        return
    if running:
        raise ValidationError(_("Your license has no seat for this device any more."), code="seat_limit")
    if any(license.blocked_at for license in licenses):
        raise ValidationError(_("This license is blocked. Please contact support."), code="blocked")
    raise ValidationError(_("The license of this device has ended."), code="expired")
