"""Call a device as its owner knows it."""

from datetime import datetime

from django.db import transaction

from devices.models import Device
from devices.verbs import Verb
from licenses.services import record_event

from .cleaning import clean_name


@transaction.atomic
def rename_device(*, user, device: Device, name: str, at: datetime) -> Device:
    """Give a device the name that its owner knows it by. Raises `no_name`, `long_name`."""
    name = clean_name(name)
    device = Device.objects.select_for_update(no_key=True).get(pk=device.pk)
    if name != device.name:
        old, device.name = device.name, name
        device.save(update_fields=["name"])
        record_event(Verb.DEVICE_RENAMED, actor=user, device=device, details={"old": old, "new": name}, at=at)
    return device
