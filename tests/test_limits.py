"""The table of limits, and how they are counted."""

from datetime import timedelta

import pytest
from django.conf import settings

from portal import limits
from portal.api.models import CallCount

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def two(settings):
    settings.LIMITS = {**settings.LIMITS, "connect": (2, HOUR)}


@pytest.mark.django_db
def test_what_is_given_back_may_be_used_again(two):
    for _time in range(5):
        assert not limits.count("connect", "x").is_over
        limits.give_back("connect", "x")
    assert [limits.count("connect", "x").is_over for _time in range(3)] == [False, False, True]


@pytest.mark.django_db
def test_waiting_is_told_in_words_and_is_not_longer_for_trying(two):
    waits = [limits.count("connect", "x") for _time in range(4)]
    CallCount.objects.update(began_at=CallCount.objects.get().began_at - 45 * 60)
    last = limits.count("connect", "x")
    assert (last.words["wait"], last.words["time"]) == ("in 15 minutes", f"{last.until:%H:%M}")
    assert waits[0].seconds <= 3600


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("unknown", "unknown"),
    ],
)
def test_household_has_one_address(address, network):
    assert limits.network_of(address) == network


@pytest.mark.parametrize(
    ("limit", "figures"), [("connect", (30, HOUR)), ("check-in", (60, HOUR)), ("open-link", (20, MINUTE))]
)
def test_figures_of_the_table(limit, figures):
    assert settings.LIMITS[limit] == figures
