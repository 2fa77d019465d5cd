"""The state of a license is derived from dated facts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from licenses.models import License
from tests.factories import LicenseFactory, TermFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def license_with(*terms, **fields) -> License:
    """A license whose terms start and end so many days from now."""
    license = LicenseFactory(terms=[], **fields)
    now = timezone.now()
    for start, end in terms:
        TermFactory(license=license, starts_at=now + start * DAY, ends_at=now + end * DAY)
    return License.objects.with_state().get(pk=license.pk)


@pytest.mark.parametrize(
    ("terms", "state"),
    [
        ([(-1, 300)], License.State.ACTIVE),
        ([(-300, 29)], License.State.ENDING),
        ([(-300, 31)], License.State.ACTIVE),
        ([(-12, 18)], License.State.ACTIVE),  # a trial of 30 days
        ([(-24, 6)], License.State.ENDING),
        ([(-300, 5), (5, 370)], License.State.ACTIVE),
        ([(-300, 5), (6, 370)], License.State.ENDING),
        ([(-300, -1)], License.State.EXPIRED),
        ([(3, 300)], License.State.QUEUED),
        ([], License.State.EXPIRED),
    ],
)
def test_state_follows_from_the_terms(terms, state):
    assert license_with(*terms).state == state


def test_blocked_license_is_blocked_whatever_its_terms():
    assert license_with((-1, 300), blocked_at=timezone.now()).state == License.State.BLOCKED


def test_subscription_that_renews_itself_needs_no_care():
    assert license_with((-25, 5), renews_itself=True).state == License.State.ACTIVE


def test_protection_ends_with_the_last_term_that_follows_without_a_gap():
    license = license_with((-300, 5), (5, 370), (400, 700))
    assert license.ends_at == license.ordered_terms[1].ends_at


def test_term_that_ended_a_moment_ago_gives_no_right():
    license = license_with((-10, 10))
    assert License.objects.active_at(license.ends_at - timedelta(microseconds=1)).exists()
    assert not License.objects.active_at(license.ends_at).exists()
    assert not License.objects.active_at(license.starts_at - timedelta(microseconds=1)).exists()


def test_next_term_begins_by_itself():
    license = license_with((-300, 5), (5, 370))
    first, second = license.ordered_terms
    assert license.term_at(first.ends_at - timedelta(microseconds=1)) == first
    assert license.term_at(first.ends_at) == second
