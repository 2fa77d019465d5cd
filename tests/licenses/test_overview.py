"""What the Licenses tab says first: one sentence for all, and the license that needs its owner on top."""

import pytest
from django.utils import timezone, translation
from django.utils.html import strip_tags
from django.utils.timezone import now

from licenses.models import License
from licenses.overview import in_order, summary
from licenses.services import block_license, take_seat
from tests.devices.conftest import shrink
from tests.factories import DeviceFactory, LicenseFactory, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def have(customer):
    """Return a function that gives Anna a license which runs from one day to another, counted from today."""

    def have(start=-30, end=335, **facts) -> License:
        facts = {"created_at": days(-1), **facts}
        return LicenseFactory(owner=customer, terms__starts_at=days(start), terms__ends_at=days(end), **facts)

    return have


@pytest.fixture
def said(customer):
    """Return a function that gives the lead sentence as Anna reads it."""

    def said(**more) -> str:
        return strip_tags(summary(License.objects.for_user(customer).standings(timezone.now()), **more))

    return said


ENDING, EXPIRED, QUEUED = {"start": -353, "end": 12}, {"start": -400, "end": -35}, {"start": 21, "end": 386}


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, "It is active."),
        (ENDING, "It ends in 12 days."),
        (EXPIRED, "It has expired."),
        ({"blocked_at": days(-1)}, "It is blocked."),
    ],
)
def test_single_license_is_told_in_one_sentence(have, said, facts, sentence):
    have(**facts)
    assert said() == f"You have 1 license. {sentence}"


def test_single_license_that_starts_later_names_the_day(have, said):
    have(**QUEUED)
    assert said().startswith("You have 1 license. It starts on ")


def test_nothing_yet_leads_to_the_code(said):
    assert said() == "No license yet. Add your activation code and it appears here."
    assert said(code_waits=True) == "No license yet. Add the code that waits, and it appears here."


def test_all_well_is_said_once(have, said):
    have(), have()
    assert said() == "You have 2 licenses. Both are active."
    have()
    assert said() == "You have 3 licenses. All are active."


def test_several_states_are_one_sentence(have, said):
    have(), have(), have(**ENDING), have(**EXPIRED)
    assert said() == "You have 4 licenses. Two are active, one ends in 12 days, and one has expired."
    have(**QUEUED), have(blocked_at=days(-1)), have(start=-362, end=3)
    assert said().endswith("two end soon, the first in 3 days, one is blocked, one starts later, and one has expired.")
    with translation.override("de"):
        assert said().startswith("Sie haben 7 Lizenzen. Zwei sind aktiv, zwei enden bald, die erste in 3 Tagen, eine ")
        assert said().endswith(", eine beginnt später und eine ist abgelaufen.")


def test_digits_and_words_are_never_mixed(have, said):
    for _number in range(10):
        have()
    have(**EXPIRED)
    assert said() == "You have 11 licenses. 10 are active, and 1 has expired."


def test_all_in_one_other_state(have, said):
    have(**EXPIRED), have(**EXPIRED)
    assert said() == "You have 2 licenses. Two have expired."


def test_what_needs_its_owner_is_first_and_what_is_over_last(customer, have):
    expired = have(**EXPIRED, created_at=days(0))
    old, new = have(created_at=days(-9)), have(created_at=days(-2))
    crowded = have(created_at=days(-20))
    for _number in range(2):
        take_seat(license=crowded, device=DeviceFactory(owner=customer), at=now())
    shrink(crowded)
    blocked, later, sooner = have(), have(**ENDING), have(start=-362, end=3)
    block_license(license=blocked, reason="Charged back.", at=now())
    standings = in_order(License.objects.for_user(customer).standings(timezone.now()))
    assert [each.license for each in standings] == [sooner, later, blocked, crowded, new, old, expired]
