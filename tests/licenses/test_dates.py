"""When a term ends, where the customer lives."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from licenses.dates import end_of_term
from licenses.models import Plan
from licenses.models.catalog import LONGEST_TERM

BERLIN = ZoneInfo("Europe/Berlin")


def last_moment(length, unit, starts_at, zone=BERLIN):
    return end_of_term(Plan(term_length=length, term_unit=unit), starts_at, zone)


def at(text, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("starts", "length", "unit", "ends"),
    [
        ("2026-11-24T14:00", 1, "year", "2027-11-25T00:00"),
        ("2026-11-24T00:00", 1, "year", "2027-11-24T00:00"),
        ("2026-11-24T23:59", 2, "year", "2028-11-25T00:00"),
        ("2028-02-29T14:00", 1, "year", "2029-03-01T00:00"),
        ("2028-02-29T14:00", 4, "year", "2032-03-01T00:00"),
        ("2028-02-29T00:00", 1, "year", "2029-03-01T00:00"),
        ("2026-01-31T09:00", 1, "month", "2026-03-01T00:00"),
        ("2026-10-20T09:00", 30, "day", "2026-11-20T00:00"),
    ],
)
def test_term_ends_with_a_whole_day(starts, length, unit, ends):
    assert last_moment(length, unit, at(starts)) == at(ends)


def test_summer_time_does_not_move_midnight():
    end = last_moment(30, "day", at("2026-03-10T12:00"))
    assert end.astimezone(BERLIN).hour == 0


def test_day_is_that_of_the_customer():
    starts = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # the 25th in Auckland already
    auckland = ZoneInfo("Pacific/Auckland")
    assert last_moment(1, "year", starts, auckland) == at("2027-11-26T00:00", auckland)


def test_renewing_again_and_again_gains_and_loses_no_day():
    end = at("2026-11-24T14:00")
    for _year in range(10):
        end = last_moment(1, "year", end)
    assert end == at("2036-11-25T00:00")


@pytest.mark.parametrize("unit", Plan.Unit.values)
def test_longest_term_ends(unit):
    assert last_moment(LONGEST_TERM, unit, at("2026-11-24T14:00")) > at("2036-11-01T00:00")
