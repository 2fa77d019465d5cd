"""What the Devices tab says, derived from the licenses and their held seats."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from django.utils.functional import cached_property
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from devices.models import Device, Lease
from licenses.models import Seat, SeatPool
from licenses.models.licenses import with_stays
from licenses.standing import Placement, Standing, State


class Held(NamedTuple):
    """A seat that the device holds, and what the license of that seat is now."""

    standing: Standing
    placed: Placement

    @property
    def protects(self) -> bool:
        return self.standing.is_running and self.placed.has_seat


@dataclass
class ConnectedDevice:
    """A connected device with the seats that it holds, and how it is."""

    device: Device
    held: list[Held] = field(default_factory=list)

    @property
    def standings(self) -> list[Standing]:
        return [held.standing for held in self.held]

    @cached_property
    def standing(self) -> Standing:
        """Of the license that decides how the device is: one that protects it, else one that could."""
        return max(self.held, key=lambda held: (held.standing.is_running, held.placed.has_seat)).standing

    @property
    def products_text(self) -> str:
        """What a disconnect takes from the device: “Total Security and Password Manager”."""
        return get_text_list([standing.product.name for standing in self.standings], _("and"))

    @property
    def connected_at(self) -> datetime:
        return min(held.placed.seat.connected_at for held in self.held)

    @property
    def leases(self) -> list[Lease]:
        """Those that run, of the products that it has a seat for."""
        products = {standing.product.pk for standing in self.standings}
        at = self.standing.at
        return [lease for lease in self.device.leases.all() if lease.product_id in products and lease.expires_at > at]

    @property
    def lease_ends_at(self) -> datetime | None:
        """How long the device works at most without hearing from us; None when it has no lease."""
        return max((lease.expires_at for lease in self.leases), default=None)

    @property
    def again_at(self) -> datetime | None:
        """When another device can take the seat, if not at once; asks the database for the moves."""
        moves = (each.moves for each in with_stays([each for each in self.standings if each.is_running]))
        return max((each.again_at for each in moves if each and each.again_at), default=None)

    @cached_property
    def is_copied(self) -> bool:
        """Whether a second machine says that it is this device."""
        return any(
            lease.is_copied(held.placed.seat)
            for held in self.held
            for lease in self.device.leases.all()
            if lease.product_id == held.standing.product.pk
        )

    @cached_property
    def has_seat(self) -> bool:
        """Whether some license protects the device now."""
        return any(held.protects for held in self.held)

    @property
    def lacks_room(self) -> bool:
        """Whether a license runs, but under a plan without a place for the device."""
        return self.standing.is_running and not self.has_seat

    @cached_property
    def tone(self) -> str:
        """One of ok, warn, idle and end, as the page draws it."""
        if not self.has_seat:
            return "end"
        return "warn" if self.is_copied else self.device.tone(self.standing.at)

    @property
    def text(self) -> str:
        """The same in words."""
        if self.has_seat:
            return _("In use on two machines") if self.is_copied else self.device.condition(self.standing.at)
        reasons = {
            State.BLOCKED: _("License blocked"),
            State.EXPIRED: _("License expired"),
            State.QUEUED: _("License starts later"),
        }
        return reasons.get(self.standing.state, _("No seat"))


@dataclass
class FullPool:
    """A pool that has no free seat, and the device in it that was not seen for longest."""

    standing: Standing
    pool: SeatPool
    row: ConnectedDevice
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
        return self.is_wanted or self.row.device.is_unseen(self.standing.at)

    @property
    def is_only_pool(self) -> bool:
        return len(self.standing.pools) == 1


def rows_of(standings: Iterable[Standing]) -> list[ConnectedDevice]:
    """Return each connected device once, the one seen last first."""
    rows: dict[int, ConnectedDevice] = {}
    for standing in standings:
        for placed in standing.devices:
            rows.setdefault(placed.device.pk, ConnectedDevice(placed.device)).held.append(Held(standing, placed))
    return sorted(rows.values(), key=lambda row: row.device.alive_at, reverse=True)


def fingerprint(user, at: datetime) -> str:
    """Return another text when the Devices tab may look different, in two queries; at the latest every minute."""
    devices = Device.objects.for_user(user).order_by("pk", "leases__pk")
    seats = Seat.objects.held().for_user(user).order_by("pk")
    seen = [
        *devices.values_list(
            "pk", "name", "platform", "form", "os_version", "report", "last_seen_at", "leases__copied_at"
        ),
        *seats.values_list("pk", "pool", "license__blocked_at", "license__turned_away__at"),
        # Terms begin and end by the clock, and “5 minutes ago” grows old.
        (int(at.timestamp()) // 60, get_language(), str(user.zone)),
    ]
    return sha256(repr(seen).encode()).hexdigest()


def summary(rows: list[ConnectedDevice]) -> dict:
    """How many devices are well, need attention, or were not seen for long, and the longest absence in days."""
    unseen = [row.device.days_unseen(row.standing.at) for row in rows if row.tone == "idle"]
    return {
        "total": len(rows),
        "protected": sum(row.tone == "ok" for row in rows),
        "attention": sum(row.tone in ("warn", "end") for row in rows),
        "unseen": len(unseen),
        "days": max(unseen, default=0),
    }


def full_pool(standings: Iterable[Standing]) -> FullPool | None:
    """Return the full pool of a running license that matters most: a device waits for a seat, or one sits idle.

    A pool whose devices are all in use is told only when the whole license is full.
    """
    running = [standing for standing in standings if standing.is_running]
    seated = {
        (standing.product.pk, placed.device.machine_id)
        for standing in running
        for placed in standing.devices
        if placed.has_seat
    }
    full = [find_idlest(standing, use.pool, seated) for standing in running for use in standing.pools if use.free == 0]
    told = [pool for pool in full if pool.is_to_act_on or pool.standing.is_full]
    return min(told, key=lambda pool: (not pool.is_wanted, pool.row.device.alive_at), default=None)


def find_idlest(standing: Standing, pool: SeatPool, seated: set[tuple[int, str]]) -> FullPool:
    inside = [placed for placed in standing.devices if placed.pool == pool]
    idlest = min(inside, key=lambda placed: placed.device.alive_at)
    is_missed = any(pool.takes(placed.device.platform) for placed in standing.devices if not placed.has_seat)
    name = missed_by(standing, pool, seated)
    return FullPool(standing, pool, ConnectedDevice(idlest.device, [Held(standing, idlest)]), is_missed, name)


def missed_by(standing: Standing, pool: SeatPool, seated: set[tuple[int, str]]) -> str:
    """Return the name of the device that this pool turned away lately, and that has found no seat since."""
    last = getattr(standing.license, "turned_away", None)
    is_known = last and last.owner_id == standing.license.owner_id and last.is_recent(standing.at)
    return (
        last.name
        if last and is_known and pool.takes(last.platform) and (standing.product.pk, last.machine_id) not in seated
        else ""
    )
