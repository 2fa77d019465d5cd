"""What products and people say about a device: cleaned, and stored as said."""

import re

from devices.models import LONGEST, MACHINE_ID, Device
from devices.refusals import BadMachineId, BadPlatform, LongName, NoName
from licenses.models import Platform
from portal.ui.words import one_line


def clean_machine_id(machine_id: str) -> str:
    """Return it as it is stored. A product makes it, so a mistake is refused, not repaired."""
    machine_id = machine_id.strip().lower()
    if not re.match(MACHINE_ID, machine_id):
        raise BadMachineId()
    return machine_id


def clean_platform(platform: str) -> str:
    if platform not in Platform:
        raise BadPlatform()
    return platform


def clean_versions(os_version: str, app_version: str) -> dict[str, str]:
    """Return what a product says about itself, cut to what a column holds: it cannot type it anew."""
    said = {"os_version": os_version, "app_version": app_version}
    return {field: one_line(text)[: LONGEST[field]].rstrip() for field, text in said.items()}


def name_by_product(name: str, platform: str) -> str:
    """Return the machine's own name, cut to what the column holds; one without a name is called by its platform."""
    return one_line(name)[: LONGEST["name"]].rstrip() or Platform(platform).label


def clean_name(name: str) -> str:
    """Return a name that a person typed as it is stored, or refuse it."""
    name = one_line(name)
    if not name:
        raise NoName()
    if len(name) > LONGEST["name"]:
        raise LongName(count=LONGEST["name"])
    return name


def write(device: Device, **facts) -> None:
    """Store these columns of a device and no other."""
    for field, value in facts.items():
        setattr(device, field, value)
    device.save(update_fields=list(facts))
