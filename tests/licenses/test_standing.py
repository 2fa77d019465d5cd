"""What a license is at a moment that is handed in: no clock, no database, and terms that are not written count too."""

import ast
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import now

from licenses import standing as module
from licenses.models import License, Term
from licenses.moves import Stay
from licenses.services import take_seat
from licenses.standing import Standing, State
from tests.factories import DeviceFactory, LicenseFactory, PlanFactory, TermFactory, days

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# What it was made of; everything else that is public is an answer.
GIVEN = {"license", "terms", "at", "zone", "stays"}


def answers(standing: Standing) -> dict:
    """Every public answer that needs no argument."""
    names = [name for name in dir(standing) if not name.startswith("_") and name not in GIVEN]
    return {name: value for name in names if not callable(value := getattr(standing, name))}


@pytest.fixture
def license(customer):
    """Anna’s license, which ends in five days, with two devices on its three seats."""
    license = LicenseFactory(owner=customer, terms__ends_at=days(5), terms__plan__seats=3)
    for _number in range(2):
        take_seat(license=license, device=DeviceFactory(owner=customer), at=now())
    return license


def test_every_answer_is_given_without_the_database(license, django_assert_num_queries):
    standing = license.standing(days(0), with_moves=True)
    with django_assert_num_queries(0):
        assert answers(standing)["state"] == State.ENDING
        assert standing.plan.platforms_text
        assert standing.moves_with_taker(standing.devices[0].device)


def test_it_asks_no_clock():
    tree = ast.parse(Path(module.__file__).read_text())
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & {"now", "timezone", "today", "localdate", "localtime"}


def test_it_cannot_be_changed(license):
    with pytest.raises(AttributeError):
        license.standing(days(0)).at = days(1)


def test_many_are_loaded_in_three_queries(customer, license, django_assert_num_queries):
    for _number in range(4):
        TermFactory(license=LicenseFactory(owner=customer), starts_at=days(335), ends_at=days(400))
    with django_assert_num_queries(3):
        standings = License.objects.for_user(customer).standings(days(0))
        assert [len(standing.terms) for standing in standings] == [2, 2, 2, 2, 1]
        assert [standing.seats_used for standing in standings if standing.seats] == [2]


def test_moves_of_many_cost_one_query_more(customer, license, django_assert_num_queries):
    LicenseFactory(owner=customer)
    with django_assert_num_queries(4):
        standings = License.objects.for_user(customer).standings(days(0), with_moves=True)
        assert [standing.moves.allowed for standing in standings] == [10, 6]


def test_moves_without_their_stays_are_a_mistake(license):
    with pytest.raises(ValueError, match="not loaded"):
        _moves = license.standing(days(0)).moves


def test_license_that_has_no_term_yet_stands_too():
    standing = LicenseFactory(terms=[]).standing(days(0))
    assert (standing.state, standing.plan, standing.seats_total, standing.last_day) == (State.EXPIRED, None, 0, None)


def test_days_are_the_readers(license):
    license.terms.update(ends_at=datetime(2031, 2, 1, 8, tzinfo=UTC))
    evening = datetime(2031, 1, 31, 23, 30, tzinfo=UTC)
    assert license.standing(evening).days_left == 1
    assert license.standing(evening, zone=ZoneInfo("America/Los_Angeles")).days_left == 0


@pytest.mark.parametrize("moment", [-40, 0, 5, 100, 369, 370, 400])
@pytest.mark.parametrize("gap", [0, 1])
@pytest.mark.parametrize("renews", [False, True])
def test_term_that_is_not_written_counts_as_if_it_were(license, moment, gap, renews):
    License.objects.update(renews_itself=renews)
    at, last = days(moment), Term.objects.get()
    plan = PlanFactory(product=license.product, seats=1)
    starts_at = last.ends_at + gap * DAY
    coming = Term(license=license, plan=plan, starts_at=starts_at, ends_at=starts_at + 365 * DAY)
    before = answers(license.standing(at, with_moves=True).with_terms(coming))
    coming.save()
    after = answers(license.standing(at, with_moves=True))
    assert {name: comparable(value) for name, value in before.items()} == {
        name: comparable(value) for name, value in after.items()
    }


def comparable(value):
    """The same row is read twice, and one of two is not written when it is asked for: its dates tell which it is."""
    if isinstance(value, Term):
        return (value.plan_id, value.starts_at, value.ends_at)
    return [comparable(each) for each in value] if isinstance(value, tuple) else value


def test_seats_that_are_missing_closed_or_without_limit(license):
    now = license.standing(days(0))
    assert (now.seats_protected, now.seats_missing, now.has_room_for("windows")) == (2, 0, True)
    assert license.standing(days(6)).seats_protected == 0
    now.plan.pools.update(quantity=1)
    full = license.standing(days(0))
    assert (full.seats_missing, full.has_room_for("windows"), full.free_for("windows")) == (1, False, 0)
    now.plan.pools.update(quantity=None)
    assert license.standing(days(0)).free_for("windows") is None


def test_license_that_ended_today_ended_a_day_ago(license):
    license.terms.update(ends_at=datetime(2031, 2, 1, 8, tzinfo=UTC))
    assert license.standing(datetime(2031, 2, 1, 9, tzinfo=UTC)).days_over == 1


def test_move_that_grew_old_is_not_counted(license):
    stays = (Stay(1, days(-60), days(-50)), Stay(2, days(-40)))
    assert replace(license.standing(days(0)), stays=stays).moves.made == []
