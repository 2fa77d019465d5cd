"""One style for every moment that a person reads."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from portal.ui.words import clock, day, days, days_ago, days_left, from_now, moment, one_line

THEN = datetime(2026, 11, 24, 23, 48, tzinfo=UTC)


def test_moments_are_told_in_the_zone_that_is_active():
    assert (day(THEN), moment(THEN), clock(THEN)) == ("24 November 2026", "24 November 2026, 23:48", "23:48")
    with timezone.override("Europe/Berlin"):
        assert moment(THEN) == "25 November 2026, 00:48"


def test_a_service_hands_in_the_zone_of_its_reader():
    berlin = ZoneInfo("Europe/Berlin")
    assert (day(THEN, berlin), clock(THEN, berlin)) == ("25 November 2026", "00:48")
    with translation.override("de"):
        assert moment(THEN, berlin) == "25. November 2026, 00:48"


def test_nothing_is_written_for_no_moment():
    assert (day(None), moment(None), clock(None)) == ("", "", "")


@pytest.mark.parametrize(
    ("wait", "english", "german"),
    [
        ({"seconds": -5}, "in 1 minute", "in 1 Minute"),
        ({"seconds": 30}, "in 1 minute", "in 1 Minute"),
        ({"minutes": 14, "seconds": 1}, "in 15 minutes", "in 15 Minuten"),
        ({"minutes": 90}, "in 90 minutes", "in 90 Minuten"),
        ({"minutes": 91}, "in 2 hours", "in 2 Stunden"),
        ({"hours": 47, "minutes": 1}, "in 2 days", "in 2 Tagen"),
    ],
)
def test_a_wait_is_never_told_too_short(wait, english, german):
    assert from_now(THEN + timedelta(**wait), THEN) == english
    with translation.override("de"):
        assert from_now(THEN + timedelta(**wait), THEN) == german


def test_one_line_shows_all_that_it_holds():
    assert one_line(" Anna’s\n\tlaptop \u202e\x00") == "Anna’s laptop"
    assert one_line("\u200d \u202e") == ""
    assert one_line("نمی\u200cخواهم 👩\u200d💻") == "نمی\u200cخواهم 👩\u200d💻"


def test_days_are_counted_in_words():
    assert (days(0), days(1), days(12)) == ("Last day", "1 day", "12 days")
    assert (days_left(0), days_left(1), days_left(12)) == ("Last day", "1 day left", "12 days left")
    assert (days_ago(0), days_ago(1), days_ago(12)) == ("Today", "1 day ago", "12 days ago")
