"""Which license of a product protects a device: pure, so that connect, check-in and page agree."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from licenses.models import License, Seat
from licenses.seating import free_place, places_taken


def longest_first(licenses: Iterable[License], now: datetime) -> list[License]:
    """Return those that give a right at this moment, the one that protects longest first."""
    running = [license for license in licenses if license.term_in_force(now) and not license.blocked_at]
    return sorted(running, key=lambda license: license.protected_until(now) or now, reverse=True)


def seats_well(license: License, device) -> bool:
    """Whether this device holds a seat of the license for which the plan that runs now has room."""
    return (device, True) in license.devices


def has_room(license: License, platform: str) -> bool:
    return any(pool.takes(platform) and (pool.quantity is None or used < pool.quantity) for pool, used in license.pools)


@dataclass(frozen=True)
class Hop:
    """Devices that sit on a license without a right, and the license to which they can move."""

    license: License
    to: License
    seats: list[Seat]

    @property
    def used_after(self) -> int:
        return self.to.seats_used + len(self.seats)


def find_hop(license: License, others: Iterable[License], now: datetime) -> Hop | None:
    """Return where the devices of a license that is over can go: as many as fit, those that were seen last first."""
    if not license.is_over:
        return None
    waiting = sorted(license.held_seats, key=lambda seat: seat.device.alive_at, reverse=True)
    for other in longest_first(others, now):
        fitting = fit(other, waiting) if other.pk != license.pk else []
        if fitting:
            return Hop(license, other, fitting)
    return None


def fit(license: License, seats: Iterable[Seat]) -> list[Seat]:
    """Return the seats whose devices the license has room for, and does not seat already."""
    pools = list(license.plan.pools.all()) if license.plan else []
    taken = places_taken(pools, license.sittings.values())
    there = {seat.device_id for seat in license.held_seats}
    coming = (seat for seat in seats if seat.device_id not in there)
    return [seat for seat in coming if free_place(pools, taken, seat.platform).pool]
