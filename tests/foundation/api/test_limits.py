"""The table of limits, and how they are counted."""

import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from portal.foundation.api import limits
from portal.foundation.api.models import RateCount
from portal.foundation.api.throttles import prune_counts
from portal.foundation.refusals import SlowDown

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# What is counted where is tested where it happens: tests/foundation/api, identity, downloads, licenses.
FIGURES = {
    "licenses": (120, HOUR),
    "connect": (30, HOUR),
    "check-in": (60, HOUR),
    "sign-out": (60, HOUR),
    "release": (30, HOUR),
    "orders": (600, MINUTE),
    "sign-in": (5, 15 * MINUTE),
    "visitors-code": (60, HOUR),
    "device-request": (20, MINUTE),
    "device-code": (10, 5 * MINUTE),
    "wrong-secret": (60, 10 * MINUTE),
    "wrong-token": (60, 10 * MINUTE),
    "download": (20, HOUR),
    "download-part": (1000, HOUR),
    "open-link": (20, MINUTE),
}


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
    RateCount.objects.update(began_at=RateCount.objects.get().began_at - 45 * 60)
    last = limits.count("connect", "x")
    words = SlowDown(again_at=last.until, at=last.at).words()
    assert words == {"wait": "in 15 minutes", "time": f"{last.until:%H:%M}"}
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


@pytest.mark.parametrize("limit", FIGURES)
def test_figures_of_the_table(limit):
    assert settings.LIMITS[limit] == FIGURES[limit]


@pytest.mark.django_db
@pytest.mark.parametrize("limit", FIGURES)
def test_each_row_lets_so_many_pass_and_counts_anew_after_its_window(limit):
    of, window = settings.LIMITS[limit]
    assert [limits.count(limit, "x").is_over for _time in range(of + 1)] == [False] * of + [True]
    RateCount.objects.update(began_at=RateCount.objects.get().began_at - window.total_seconds())
    assert not limits.count(limit, "x").is_over


def test_table_has_no_other_rows():
    assert set(settings.LIMITS) == set(FIGURES)


@pytest.mark.django_db
def test_no_count_is_deleted_while_it_counts():
    for limit, (_of, window) in settings.LIMITS.items():
        limits.count(limit, "x")
        RateCount.objects.filter(key=f"{limit}:x").update(began_at=time.time() - window.total_seconds() + 5)
    assert prune_counts(at=timezone.now()) == 0
