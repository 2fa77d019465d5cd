"""Each answer of a standing at the instants at which it changes: rows in memory, no database at all."""

from datetime import UTC, datetime, timedelta

import pytest

from licenses.models import ActivationCode, License, Plan, Product, Seat, SeatPool, Term
from licenses.moves import WINDOW, Moves, Stay, moves_in
from licenses.standing import LATE_PAYMENT, Standing, State

START = datetime(2031, 1, 1, tzinfo=UTC)
DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
PLAN = Plan(pk=7)


def at(day: float) -> datetime:
    return START + day * DAY


def standing(*terms, day: float = 0.0, after=timedelta(0), stays=None, **facts) -> Standing:
    """A license with terms from one day to another, at a day and a little after it."""
    rows = [Term(plan=PLAN, starts_at=at(start), ends_at=at(end)) for start, end in terms]
    return Standing(License(product=Product(), **facts), tuple(rows), (), at(day) + after, stays=stays)


def days_of(term: Term | None) -> tuple | None:
    return term and ((term.starts_at - START) / DAY, (term.ends_at - START) / DAY)


@pytest.mark.parametrize(
    ("day", "after", "term", "state"),
    [
        (0, -INSTANT, (0, 100), State.QUEUED),
        (0, timedelta(0), (0, 100), State.ACTIVE),
        (100, -INSTANT, (0, 100), State.ENDING),
        (100, timedelta(0), (200, 300), State.QUEUED),
        (300, timedelta(0), (200, 300), State.EXPIRED),
    ],
)
def test_term_changes_at_its_instants(day, after, term, state):
    now = standing((0, 100), (200, 300), day=day, after=after)
    assert (days_of(now.term), now.state) == (term, state)
    assert now.starts_at == at(0)


def test_last_term_says_what_it_was():
    now = standing((0, 100), (100, 200), day=250)
    assert (days_of(now.term), now.queued_terms) == ((100, 200), ())


def test_late_payment_lasts_three_days_and_ends_when_the_next_term_begins():
    late = standing((0, 100), (102, 200), day=100, renews_itself=True)
    assert (late.late_until, late.ends_at, late.running_term) == (at(103), at(103), None)
    assert (late.is_late, late.renews_next, late.is_running, late.protected_until) == (True, False, True, at(100))
    assert days_of(standing((0, 100), (102, 200), day=102, renews_itself=True).term) == (102, 200)
    over = standing((0, 100), day=103, renews_itself=True)
    assert (over.is_late, over.is_running, over.with_grace(at(100)), LATE_PAYMENT) == (False, False, at(103), 3 * DAY)
    assert standing((0, 100), day=99, renews_itself=True).late_until is None
    assert standing((0, 100), day=100).with_grace(at(100)) == at(100)


def test_blocked_license_keeps_its_dates_and_protects_nothing():
    now = standing((0, 100), day=102, renews_itself=True, blocked_at=at(99))
    assert (now.state, now.is_running, now.is_late, now.days_blocked) == (State.BLOCKED, False, False, 3)


def test_protection_ends_where_the_chain_does():
    now = standing((0, 100), (100, 200), (201, 300), day=50)
    assert (now.ends_at, now.protected_until, now.last_day) == (at(200), at(200), at(200) - INSTANT)
    assert [days_of(term) for term in now.queued_terms] == [(100, 200), (201, 300)]
    assert now.is_renewed
    assert not standing((0, 100), (101, 200), day=50).is_renewed


def test_it_ends_soon_in_the_last_thirty_days_or_the_last_quarter():
    assert not standing((0, 400), day=370, after=-INSTANT).ends_soon
    assert standing((0, 400), day=370).ends_soon
    assert not standing((0, 40), day=30, after=-INSTANT).ends_soon
    assert standing((0, 40), day=30).ends_soon


def test_days_are_counted_from_calendar_to_calendar():
    assert standing((0, 100), day=99).days_left == 0
    assert standing((0, 100), day=100).days_over == 1
    assert standing((0, 100), day=-5).days_until_start == 5


def test_hint_is_that_of_the_code_of_the_term():
    now = standing((0, 100))
    now.terms[0].code = ActivationCode(hint="XYZ12")
    assert now.code_hint == "XYZ12"


def test_place_is_kept_in_a_pool_of_the_plan_in_force():
    now, pool = standing((0, 100)), SeatPool(plan=PLAN, quantity=2)
    assert [now.keeps(Seat(pool=pool, number=number)) for number in (1, 2, 3)] == [True, True, False]
    assert not now.keeps(Seat(pool=SeatPool(plan=Plan(pk=8), quantity=2), number=1))


def test_moves_are_counted_for_thirty_days():
    assert timedelta(days=30) == WINDOW
    stays = [Stay(1, at(0), at(10)), Stay(2, at(10), at(40)), Stay(3, at(40) - INSTANT)]
    assert moves_in(stays) == [at(10)]
    assert moves_in([*stays[:2], Stay(3, at(40))]) == [at(10), at(40)]
    assert moves_in(stays, since=at(10)) == []


def test_who_comes_back_takes_the_place_given_up_last():
    stays = [Stay(1, at(0), at(1)), Stay(1, at(2), at(3)), Stay(1, at(4)), Stay(2, at(5)), Stay(3, at(6))]
    assert moves_in(stays) == []
    assert moves_in([Stay(1, at(0), at(1)), Stay(2, at(0), at(2)), Stay(3, at(3)), Stay(2, at(4))]) == [at(3)]


def test_move_is_possible_again_when_enough_have_grown_old():
    made = [at(1), at(2), at(3)]
    assert (Moves(2, made).left, Moves(2, made).again_at, Moves(2, made).more_at) == (0, at(32), at(31))
    assert (Moves(4, made[:2]).is_to_tell, Moves(4, made[:1]).is_to_tell, Moves(4, []).is_to_tell) == (
        True,
        False,
        False,
    )
    assert not Moves(0, []).is_to_tell
