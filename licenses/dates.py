"""When a term ends: calendar arithmetic in the customer's time zone."""

import calendar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from licenses.models import Plan


def add_months(day: date, months: int) -> date:
    """Move a date by months; the day after the month's end becomes its last (29 February + 1 year: 28)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_day_of_term(plan: Plan, first: date) -> date:
    """Return the last day of a term that is bought in the course of the day `first`."""
    if plan.term_unit == Plan.Unit.DAY:
        return first + timedelta(days=plan.term_length)
    return add_months(first, plan.term_length * (12 if plan.term_unit == Plan.Unit.YEAR else 1))


def end_of_term(plan: Plan, starts_at: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which a term ends: always midnight where the customer lives, so that a day is whole.

    A term that starts in the course of a day has that day for free; one that starts at midnight, where the one
    before it ended, has not: so renewing again and again gains and loses nothing.
    """
    day_before_or_same = (starts_at.astimezone(zone) - timedelta(microseconds=1)).date()
    day_after = last_day_of_term(plan, day_before_or_same) + timedelta(days=1)
    return datetime(day_after.year, day_after.month, day_after.day, tzinfo=zone)
