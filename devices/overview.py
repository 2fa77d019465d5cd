"""What the Devices tab says, derived from the licenses and their held seats."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from devices.models import Device, Lease
from licenses.models import License, Seat, SeatPool


@dataclass
class Row:
    """A connected device with the seats that it holds, and how it is."""

    device: Device
    seats: list[Seat] = field(default_factory=list)

    @property
    def licenses(self) -> list[License]:
        return [seat.license for seat in self.seats]

    @property
    def license(self) -> License:
        """The license that decides how the device is: one that protects it, else one that could."""
        return max(self.seats, key=lambda seat: (seat.license.is_running, has_room(seat))).license

    @property
    def products_text(self) -> str:
        """What a disconnect takes from the device: “Total Security and Password Manager”."""
        return get_text_list([license.product.name for license in self.licenses], _("and"))

    @property
    def connected_at(self) -> datetime:
        return min(seat.connected_at for seat in self.seats)

    @property
    def leases(self) -> list[Lease]:
        """Those that run, of the products that it has a seat for."""
        products = {license.product_id for license in self.licenses}
        now = timezone.now()
        return [lease for lease in self.device.leases.all() if lease.product_id in products and lease.expires_at > now]

    @property
    def lease_ends_at(self) -> datetime | None:
        """How long the device works at most without hearing from us; None when it has no lease."""
        return max((lease.expires_at for lease in self.leases), default=None)

    @property
    def again_at(self) -> datetime | None:
        """When another device can take the seat, if not at once; asks for the history of each license."""
        moves = (license.moves_at(timezone.now()) for license in self.licenses if license.is_running)
        return max((each.again_at for each in moves if each and each.again_at), default=None)

    @property
    def is_copied(self) -> bool:
        """Whether a second machine says that it is this device."""
        return any(
            lease.is_copied(seat)
            for seat in self.seats
            for lease in self.device.leases.all()
            if lease.product_id == seat.license.product_id
        )

    @property
    def has_seat(self) -> bool:
        """Whether some license protects the device now."""
        return any(seat.license.is_running and has_room(seat) for seat in self.seats)

    @property
    def lacks_room(self) -> bool:
        """Whether a license runs, but under a plan without a place for the device."""
        return self.license.is_running and not self.has_seat

    @property
    def mood(self) -> str:
        """One of ok, warn, idle and end, as the page draws it."""
        if not self.has_seat:
            return "end"
        return "warn" if self.is_copied else self.device.mood

    @property
    def text(self) -> str:
        """The same in words."""
        if self.has_seat:
            return _("In use on two machines") if self.is_copied else self.device.condition
        reasons = {
            License.State.BLOCKED: _("License blocked"),
            License.State.EXPIRED: _("License expired"),
            License.State.QUEUED: _("License starts later"),
        }
        return reasons.get(self.license.state, _("No seat"))


@dataclass
class FullPool:
    """A pool that has no free seat, and the device in it that was not seen for longest."""

    license: License
    pool: SeatPool
    row: Row
    is_missed: bool
    # The device that it turned away in the last days, and that has found no seat since.
    turned_away: str = ""

    @property
    def is_wanted(self) -> bool:
        """Whether a device waits for a seat."""
        return self.is_missed or bool(self.turned_away)

    @property
    def is_to_act_on(self) -> bool:
        """Whether a device waits for a seat, or one that nobody seems to use has one."""
        return self.is_wanted or self.row.device.is_unseen

    @property
    def is_only_pool(self) -> bool:
        return len(self.license.pools) == 1


def has_room(seat: Seat) -> bool:
    """Whether the plan that runs now has room for a seat that a device holds."""
    return seat.license.sittings[seat.pk].pool is not None


def rows_of(licenses: Iterable[License]) -> list[Row]:
    """Return each connected device once, the one seen last first."""
    rows: dict[int, Row] = {}
    for license in licenses:
        for seat in license.held_seats:
            rows.setdefault(seat.device_id, Row(seat.device)).seats.append(seat)
    return sorted(rows.values(), key=lambda row: row.device.alive_at, reverse=True)


def fingerprint(user) -> str:
    """Return another text when the Devices tab may look different, in two queries; at the latest every minute."""
    devices = Device.objects.for_user(user).order_by("pk", "leases__pk")
    seats = Seat.objects.held().for_user(user).order_by("pk")
    seen = [
        *devices.values_list(
            "pk", "name", "platform", "form", "os_version", "report", "last_seen_at", "leases__copied_at"
        ),
        *seats.values_list("pk", "pool", "license__blocked_at", "license__turned_away__at"),
        # Terms begin and end by the clock, and “5 minutes ago” grows old.
        (int(timezone.now().timestamp()) // 60, get_language(), str(user.zone)),
    ]
    return sha256(repr(seen).encode()).hexdigest()


def summary(rows: list[Row]) -> dict:
    """How many devices are well, need attention, or were not seen for long, and the longest absence in days."""
    unseen = [row.device.days_unseen for row in rows if row.mood == "idle"]
    return {
        "total": len(rows),
        "protected": sum(row.mood == "ok" for row in rows),
        "attention": sum(row.mood in ("warn", "end") for row in rows),
        "unseen": len(unseen),
        "days": max(unseen, default=0),
    }


def full_pool(licenses: Iterable[License]) -> FullPool | None:
    """Return the full pool of a running license that matters most: a device waits for a seat, or one sits idle.

    A pool whose devices are all in use is told only when the whole license is full.
    """
    licenses = list(licenses)
    seated = {
        (license.product_id, seat.device.machine_id)
        for license in licenses
        if license.is_running
        for seat in license.held_seats
        if has_room(seat)
    }
    full = [
        find_idlest(license, pool, seated)
        for license in licenses
        if license.is_running
        for pool, used in license.pools
        if pool.quantity is not None and used >= pool.quantity
    ]
    told = [pool for pool in full if pool.is_to_act_on or pool.license.is_full]
    return min(told, key=lambda pool: (not pool.is_wanted, pool.row.device.alive_at), default=None)


def find_idlest(license: License, pool: SeatPool, seated: set[tuple[int, str]]) -> FullPool:
    inside = [seat for seat in license.held_seats if license.sittings[seat.pk].pool == pool]
    idlest = min(inside, key=lambda seat: seat.device.alive_at)
    waiting = (seat for seat in license.held_seats if not has_room(seat))
    is_missed = any(pool.takes(seat.platform) for seat in waiting)
    last = getattr(license, "turned_away", None)
    is_known = last and last.owner_id == license.owner_id and last.is_recent and pool.takes(last.platform)
    name = last.name if is_known and (license.product_id, last.machine_id) not in seated else ""
    return FullPool(license, pool, Row(idlest.device, [idlest]), is_missed, name)
