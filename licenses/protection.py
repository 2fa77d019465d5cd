"""Which license of a product protects a device: pure, so that connect, check-in and page agree."""

from collections.abc import Iterable
from dataclasses import dataclass

from licenses.models import Seat
from licenses.seating import free_place, places_taken
from licenses.standing import Standing


@dataclass(frozen=True)
class Hop:
    """Devices that sit on a license without a right, and the license to which they can move."""

    standing: Standing
    to: Standing
    seats: list[Seat]

    @property
    def used_after(self) -> int:
        return self.to.seats_used + len(self.seats)


def find_hop(standing: Standing, others: Iterable[Standing]) -> Hop | None:
    """Return where the devices of a license that is over can go: as many as fit, those that were seen last first."""
    if not standing.is_over:
        return None
    waiting = sorted(standing.seats, key=lambda seat: seat.device.alive_at, reverse=True)
    for other in protectors(others):
        fitting = fit(other, waiting) if other.license != standing.license else []
        if fitting:
            return Hop(standing, other, fitting)
    return None


def protectors(standings: Iterable[Standing]) -> list[Standing]:
    """Return those that protect devices now, the one that does so longest first."""
    running = [standing for standing in standings if standing.is_running]
    return sorted(running, key=lambda standing: standing.protected_until or standing.at, reverse=True)


def fit(standing: Standing, seats: Iterable[Seat]) -> list[Seat]:
    """Return the seats whose devices the license has room for, and does not seat already."""
    taken = places_taken(standing.seat_pools, standing.sittings.values())
    coming = (seat for seat in seats if standing.seat_of(seat.device) is None)
    return [seat for seat in coming if free_place(standing.seat_pools, taken, seat.platform).pool]
