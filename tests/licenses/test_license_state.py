"""The state of a license is derived from dated facts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from licenses.models import License
from licenses.standing import Standing, State
from tests.factories import LicenseFactory, TermFactory, standing

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def license_with(*terms, **fields) -> Standing:
    """What a license is now whose terms start and end so many days from now."""
    license = LicenseFactory(terms=[], **fields)
    now = timezone.now()
    for start, end in terms:
        TermFactory(license=license, starts_at=now + start * DAY, ends_at=now + end * DAY)
    return standing(license)


@pytest.mark.parametrize(
    ("terms", "state"),
    [
        ([(-1, 300)], State.ACTIVE),
        ([(-300, 29)], State.ENDING),
        ([(-300, 31)], State.ACTIVE),
        ([(-12, 18)], State.ACTIVE),  # a trial of 30 days
        ([(-24, 6)], State.ENDING),
        ([(-300, 5), (5, 370)], State.ACTIVE),
        ([(-300, 5), (6, 370)], State.ENDING),
        ([(-300, -1)], State.EXPIRED),
        ([(3, 300)], State.QUEUED),
        ([], State.EXPIRED),
    ],
)
def test_state_follows_from_the_terms(terms, state):
    assert license_with(*terms).state == state


def test_blocked_license_is_blocked_whatever_its_terms():
    assert license_with((-1, 300), blocked_at=timezone.now()).state == State.BLOCKED


def test_subscription_that_renews_itself_needs_no_care():
    assert license_with((-25, 5), renews_itself=True).state == State.ACTIVE


def test_protection_ends_with_the_last_term_that_follows_without_a_gap():
    license = license_with((-300, 5), (5, 370), (400, 700))
    assert license.ends_at == license.terms[1].ends_at


def test_term_that_ended_a_moment_ago_gives_no_right():
    license = license_with((-10, 10))
    assert License.objects.active_at(license.ends_at - timedelta(microseconds=1)).exists()
    assert not License.objects.active_at(license.ends_at).exists()
    assert not License.objects.active_at(license.starts_at - timedelta(microseconds=1)).exists()


def test_next_term_begins_by_itself():
    license = license_with((-300, 5), (5, 370))
    first, second = license.terms
    assert replace(license, at=first.ends_at - timedelta(microseconds=1)).running_term == first
    assert replace(license, at=first.ends_at).running_term == second
