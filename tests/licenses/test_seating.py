"""The one function that says which device sits where: pure, so that pages, check-ins and writes agree."""

from typing import NamedTuple

from licenses.seating import free_place, seat_devices


class Pool(NamedTuple):
    """A pool for the platforms whose first letters are given; no quantity is no limit."""

    pk: int
    quantity: int | None
    platforms: str

    def takes(self, platform):
        return platform in self.platforms


class Held(NamedTuple):
    pk: int
    pool_id: int
    number: int
    platform: str = "w"


GONE = 9  # a pool of the plan that ran before


def seated(pools, seats):
    """Where each seat stands, in short: the pool's pk and the number; None without a place."""
    places = seat_devices(pools, seats)
    return {pk: (place.pool.pk, place.number) if place.pool else None for pk, place in places.items()}


def test_place_that_still_exists_is_kept():
    seats = [Held(10, pool_id=1, number=2), Held(11, pool_id=2, number=1, platform="p")]
    assert seated([Pool(1, 3, "w"), Pool(2, 1, "p")], seats) == {10: (1, 2), 11: (2, 1)}


def test_place_is_kept_though_its_pool_takes_the_platform_no_more():
    assert seated([Pool(1, 1, "p")], [Held(10, pool_id=1, number=1)]) == {10: (1, 1)}


def test_number_beyond_a_pool_that_shrank_moves_to_a_free_one():
    seats = [Held(10, pool_id=1, number=1), Held(11, pool_id=1, number=5)]
    assert seated([Pool(1, 2, "w")], seats) == {10: (1, 1), 11: (1, 2)}


def test_who_moves_fills_the_gaps_between_those_who_stay():
    seats = [Held(10, pool_id=1, number=2), Held(11, GONE, 1), Held(12, GONE, 2)]
    assert seated([Pool(1, 3, "w")], seats) == {10: (1, 2), 11: (1, 1), 12: (1, 3)}


def test_lowest_numbers_move_first_and_the_last_have_no_seat():
    seats = [Held(10, GONE, 3), Held(11, GONE, 1), Held(12, GONE, 2)]
    assert seated([Pool(1, 2, "w")], seats) == {11: (1, 1), 12: (1, 2), 10: None}


def test_older_seat_moves_first_when_two_pools_gave_the_same_number():
    assert seated([Pool(1, 1, "w")], [Held(11, 8, 1), Held(10, GONE, 1)]) == {10: (1, 1), 11: None}


def test_each_platform_moves_to_a_pool_that_takes_it():
    seats = [Held(10, GONE, 1, "p"), Held(11, GONE, 2, "w"), Held(12, GONE, 3, "s")]
    assert seated([Pool(1, 2, "w"), Pool(2, 2, "p")], seats) == {10: (2, 1), 11: (1, 1), 12: None}


def test_second_pool_is_used_when_the_first_is_full():
    seats = [Held(10, GONE, 1), Held(11, GONE, 2)]
    assert seated([Pool(1, 1, "w"), Pool(2, 1, "w")], seats) == {10: (1, 1), 11: (2, 1)}


def test_pool_without_limit_seats_everybody_where_they_are():
    seats = [Held(10, pool_id=1, number=700), *(Held(pk, GONE, pk) for pk in range(11, 41))]
    assert [place[1] for place in seated([Pool(1, None, "w")], seats).values()] == [700, *range(1, 31)]


def test_without_a_pool_nobody_sits():
    assert seated([], [Held(10, GONE, 1)]) == {10: None}
    assert seated([Pool(1, 1, "w")], []) == {}


def test_order_in_which_the_seats_come_does_not_matter():
    pools = [Pool(1, 2, "w")]
    seats = [Held(pk, GONE, number) for pk, number in [(1, 3), (2, 1), (3, 2)]]
    assert seat_devices(pools, seats) == seat_devices(pools, reversed(seats))


def test_free_place_marks_what_it_takes():
    taken = {1: {2}}
    numbers = [free_place([Pool(1, 2, "w")], taken, "w").number for _turn in range(2)]
    assert numbers == [1, None]
    assert taken == {1: {1, 2}}
