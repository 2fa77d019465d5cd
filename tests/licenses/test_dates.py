"""When a term ends, where the customer lives."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from licenses import services
from licenses.dates import DAY, day_until, end_of_term, start_of_day
from licenses.models import Order, Plan, Term
from licenses.models.catalog import LONGEST_TERM

BERLIN = ZoneInfo("Europe/Berlin")
# Where the clock is changed at midnight, or a day begins far from ours.
HARD = ["America/Santiago", "Africa/Cairo", "Asia/Beirut", "America/Havana", "Atlantic/Azores", "Pacific/Kiritimati"]


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


@pytest.mark.parametrize("name", HARD)
def test_each_day_of_six_years_is_whole_where_the_clock_changes_at_midnight(name):
    """A term of a day that starts with a day ends with it; one that starts later has the day after as well."""
    zone, day = ZoneInfo(name), date(2026, 1, 1)
    while day.year < 2032:
        begins, ends = start_of_day(day, zone), start_of_day(day + DAY, zone)
        assert begins.astimezone(zone).date() == day
        assert (begins - timedelta(microseconds=1)).astimezone(zone).date() == day - DAY
        assert last_moment(1, "day", begins.astimezone(zone), zone) == ends
        assert last_moment(1, "day", begins + timedelta(hours=1), zone) == start_of_day(day + 2 * DAY, zone)
        day += DAY


# Terms that follow one another


@pytest.fixture
def chain(place, customer, plan):
    """Return a function that buys at a moment, renews as often, and returns the last day of each term."""

    def buy(starts, *renewals, unit="month", length=1):
        Plan.objects.update(term_unit=unit, term_length=length)
        moment = datetime.fromisoformat(starts).replace(tzinfo=UTC)
        order, _new = place("D-0", bought_at=moment, at=moment)
        for number, zone in enumerate(renewals, start=1):
            type(customer).objects.update(time_zone=zone)
            services.renew_order(order=order, number=f"D-{number}", at=moment)
        return [str(day_until(term.ends_at, term.zone)) for term in Term.objects.order_by("starts_at")]

    return buy


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("starts", "unit", "length", "last_days"),
    [
        ("2026-01-31T12:00", "month", 1, ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("2027-11-30T12:00", "month", 1, ["2027-12-30", "2028-01-30", "2028-02-29", "2028-03-30"]),
        ("2028-02-29T12:00", "year", 1, ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
        ("2027-02-28T12:00", "year", 1, ["2028-02-28", "2029-02-28", "2030-02-28", "2031-02-28"]),
        ("2026-08-31T12:00", "month", 6, ["2027-02-28", "2027-08-31", "2028-02-29", "2028-08-31"]),
        ("2026-01-31T12:00", "day", 30, ["2026-03-02", "2026-04-01", "2026-05-01", "2026-05-31"]),
    ],
)
def test_months_keep_the_day_on_which_they_began(chain, starts, unit, length, last_days):
    assert chain(starts, "", "", "", unit=unit, length=length) == last_days


@pytest.mark.django_db
def test_moving_to_the_other_end_of_the_world_and_back_gains_and_loses_nothing(chain):
    flights = ["Pacific/Kiritimati", "Pacific/Midway"] * 5 + [""]
    assert chain("2026-01-31T12:00", *flights)[-1] == "2027-01-31"
    assert Term.objects.order_by("starts_at").last().ends_at == datetime(2027, 2, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_term_has_a_length_also_after_a_flight_around_the_world(chain):
    flights = ["Pacific/Midway", "Pacific/Kiritimati"] * 3
    chain("2026-01-31T12:00", *flights, unit="day")
    assert all(term.ends_at > term.starts_at for term in Term.objects.all())


@pytest.mark.django_db
def test_clock_that_changes_at_midnight_gains_no_day(chain, customer):
    type(customer).objects.update(time_zone="America/Santiago")
    assert chain("2026-08-05T12:00", "America/Santiago") == ["2026-09-05", "2026-10-05"]


@pytest.mark.django_db
def test_month_begins_anew_after_a_gap(chain):
    chain("2026-01-31T12:00", "")
    moment = datetime(2026, 6, 10, 12, tzinfo=UTC)
    order = Order.objects.get(number="D-0")
    for number in ("E-1", "E-2"):
        services.renew_order(order=order, number=number, at=moment)
    assert [term.last_day.date() for term in Term.objects.order_by("starts_at")][2:] == [
        date(2026, 7, 10),
        date(2026, 8, 10),
    ]


@pytest.mark.django_db
def test_term_that_moves_up_keeps_the_day_of_the_month(chain):
    chain("2026-01-31T12:00", "", "")
    services.refund_order(order=Order.objects.get(number="D-1"), at=datetime(2026, 2, 10, tzinfo=UTC))
    assert [term.last_day.date() for term in Term.objects.order_by("starts_at")] == [
        date(2026, 2, 28),
        date(2026, 3, 31),
    ]


@pytest.mark.django_db
def test_term_after_one_that_was_cut_counts_from_the_cut(chain):
    chain("2026-01-31T12:00", "")
    services.refund_order(order=Order.objects.get(number="D-0"), at=datetime(2026, 2, 10, 12, tzinfo=UTC))
    assert Term.objects.order_by("starts_at").last().last_day.date() == date(2026, 3, 10)
