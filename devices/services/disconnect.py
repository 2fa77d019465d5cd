"""Take a device's seats back."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from devices.models import Device
from licenses.models import License, Seat
from licenses.services import free_seat


@transaction.atomic
def disconnect(*, device: Device, actor, license: License | None = None, now: datetime | None = None) -> list[Seat]:
    """Take back the device's seats at once, all or that of one license, and return them.

    Without a seat it returns none, which is no error. What was remains as history.
    """
    now = now or timezone.now()
    held = Seat.objects.held().filter(device=device, **({"license": license} if license else {}))
    licenses = [seat.license for seat in held.select_related("license").order_by("license_id")]
    freed = [free_seat(license=license, device=device, actor=actor, now=now) for license in licenses]
    return [seat for seat in freed if seat]
