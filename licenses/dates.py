"""When a term ends: calendar arithmetic in the customer's time zone."""

import calendar
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from licenses.models import Plan, Term

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def add_months(day: date, months: int, anchor: int) -> date:
    """Move a date by months, to the day `anchor` of the month, or to its last where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(anchor, calendar.monthrange(year, month + 1)[1]))


def last_day_of_term(plan: Plan, before: date, anchor: int) -> date:
    """Return the last day of a term that counts from the day `before`; months end on the day `anchor`."""
    if plan.term_unit == Plan.Unit.DAY:
        return before + plan.term_length * DAY
    return add_months(before, plan.term_length * (12 if plan.term_unit == Plan.Unit.YEAR else 1), anchor)


def end_of_term(plan: Plan, starts_at: datetime, zone: ZoneInfo, *, behind: Sequence[Term] = ()) -> datetime:
    """Return the instant at which a term ends: always midnight where the customer lives, so that a day is whole.

    A term that starts in the course of a day has that day for free; one that starts at midnight, where the one
    before it ended, has not. `behind` are the terms that it follows without a gap, the oldest first: they say which
    day it is, so that renewing again and again, or in another time zone, gains and loses nothing.
    """
    if behind:
        before, anchor = counted_until(behind)
    else:
        before = day_until(starts_at, zone)
        anchor = before.day
    ends_at = start_of_day(last_day_of_term(plan, before, anchor) + DAY, zone)
    # After a flight around the world a term of one day would end before it starts.
    return max(ends_at, start_of_day(starts_at.astimezone(zone).date() + DAY, zone))


def counted_until(chain: Sequence[Term]) -> tuple[date, int]:
    """Return the last day of a chain of terms, and on which day of a month it would end: 31 after 31 January."""
    day = day_until(chain[0].starts_at, chain[0].zone)
    anchor = day.day
    for term in chain:
        planned = last_day_of_term(term.plan, day, anchor)
        day = day_until(term.ends_at, term.zone)
        if day != planned or term.plan.term_unit == Plan.Unit.DAY:
            anchor = day.day
    return day, anchor


def day_until(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day that runs at this moment or, at midnight, has just ended.

    Reckoned on the instant: the wall clock misleads in the nights in which it is changed.
    """
    return (moment.astimezone(UTC) - INSTANT).astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a day, also where its midnight does not exist or comes twice."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
