"""What the Devices tab says, derived from the licenses and their held seats."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from devices.models import Device
from licenses.models import License


@dataclass
class Row:
    """A connected device with the licenses that it has a seat of, and how it is."""

    device: Device
    licenses: list[License] = field(default_factory=list)
    has_seat: bool = False

    @property
    def license(self) -> License:
        """The license that the page names: one that protects, else the first."""
        return next((license for license in self.licenses if license.is_running), self.licenses[0])

    @property
    def mood(self) -> str:
        """One of ok, warn, idle and end, as the page draws it."""
        return self.device.mood if self.has_seat and not self.license.is_over else "end"

    @property
    def text(self) -> str:
        """The same in words."""
        if self.license.state == License.State.BLOCKED:
            return _("License blocked")
        if self.license.is_over:
            return _("License expired")
        return self.device.condition if self.has_seat else _("No seat")


def rows_of(licenses) -> list[Row]:
    """Return each connected device once, the one seen last first."""
    rows: dict[int, Row] = {}
    for license in licenses:
        for device, has_seat in license.devices:
            row = rows.setdefault(device.pk, Row(device))
            row.licenses.append(license)
            row.has_seat = row.has_seat or has_seat
    return sorted(rows.values(), key=lambda row: row.device.last_seen_at or row.device.created_at, reverse=True)


def summary(rows: list[Row]) -> dict:
    """How many devices are well, need attention, or were not seen for long, and the longest absence in days."""
    unseen = [row.device.days_unseen or 0 for row in rows if row.mood == "idle"]
    return {
        "total": len(rows),
        "protected": sum(row.mood == "ok" for row in rows),
        "attention": sum(row.mood in ("warn", "end") for row in rows),
        "unseen": len(unseen),
        "days": max(unseen, default=0),
    }


def full_license(licenses) -> dict | None:
    """Return the running license without a free seat, and its device unseen for longest, where there is most to win."""
    full = [
        {"license": license, "row": max(rows_of([license]), key=lambda row: row.device.days_unseen or 0)}
        for license in licenses
        if license.is_running and license.is_full and license.devices
    ]
    return max(full, key=lambda choice: choice["row"].device.days_unseen or 0, default=None)
