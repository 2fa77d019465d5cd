"""Which device sits where: one pure function, so that pages, check-ins and writes agree."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol


class PoolLike(Protocol):
    pk: int
    quantity: int | None

    def takes(self, platform: str) -> bool: ...


class Sitting(NamedTuple):
    """Where a seat stands under the pools that run now; without a pool the device has no seat."""

    pool: PoolLike | None
    number: int | None


def seat_devices(pools: Iterable[PoolLike], seats: Iterable) -> dict[int, Sitting]:
    """Map each held seat's pk to its place: a place that still exists is kept, others move, lowest numbers first."""
    pools = list(pools)
    taken: dict[int, set[int]] = {pool.pk: set() for pool in pools}
    places: dict[int, Sitting] = {}
    moving = []
    for seat in sorted(seats, key=lambda seat: (seat.number, seat.pk)):
        pool = next((pool for pool in pools if pool.pk == seat.pool_id), None)
        if pool and has_place(pool, seat.number):
            taken[pool.pk].add(seat.number)
            places[seat.pk] = Sitting(pool, seat.number)
        else:
            moving.append(seat)
    for seat in moving:
        places[seat.pk] = free_place(pools, taken, seat.platform)
    return places


def has_place(pool: PoolLike, number: int) -> bool:
    """Whether a pool has a place of this number: who has it keeps it, whoever else sits there."""
    return pool.quantity is None or number <= pool.quantity


def free_place(pools: Iterable[PoolLike], taken: dict[int, set[int]], platform: str) -> Sitting:
    """Take the lowest free number of the first pool that fits and has room; mark it as taken."""
    for pool in pools:
        numbers = taken[pool.pk]
        if not pool.takes(platform) or (pool.quantity is not None and len(numbers) >= pool.quantity):
            continue
        number = next(number for number in range(1, len(numbers) + 2) if number not in numbers)
        numbers.add(number)
        return Sitting(pool, number)
    return Sitting(None, None)


def places_taken(pools: Iterable[PoolLike], places: Iterable[Sitting]) -> dict[int, set[int]]:
    """Return the numbers that are taken in each pool, as `free_place` marks them."""
    taken: dict[int, set[int]] = {pool.pk: set() for pool in pools}
    for place in places:
        if place.pool and place.number:
            taken[place.pool.pk].add(place.number)
    return taken
