"""Refusals as a person reads them: whole sentences in both languages, and dates in the portal’s one style."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.timezone import now

from licenses import services
from licenses.models import Plan
from licenses.refusals.codes import TooManyCodes
from tests.factories import LicenseFactory, PlanFactory, TermFactory, fresh_code
from tests.licenses.test_cases import REFUSALS

pytestmark = pytest.mark.django_db

MIDNIGHT_IN_BERLIN = datetime(2024, 11, 24, 23, tzinfo=UTC)
# How other styles would show: “Nov. 24, 2024”, “6:48 p.m.”, a second full stop, a value that was not put in.
ODD = re.compile(r"\b[A-Z][a-z]{2,4}\. \d|[ap]\.m\.|\.\.|%\(|\d{4}-\d{2}-\d{2}")


@pytest.fixture
def berliner(customer):
    customer.time_zone = "Europe/Berlin"
    customer.save()
    return customer


def refusal_of(customer, text: str) -> str:
    with pytest.raises(ValidationError) as refusal:
        services.redeem_code(user=customer, text=text, at=now())
    return refusal.value.messages[0]


def tried(customer) -> str:
    trial = PlanFactory(kind=Plan.Kind.TRIAL)
    license = LicenseFactory(owner=customer, product=trial.product, terms=[])
    began = MIDNIGHT_IN_BERLIN - timedelta(hours=5)
    TermFactory(license=license, plan=trial, starts_at=began, ends_at=began + timedelta(days=30))
    return fresh_code(trial)


DATED = [
    (
        lambda _customer: fresh_code(activate_before=MIDNIGHT_IN_BERLIN),
        "until 24 November 2024",
        "bis zum 24. November",
    ),
    (lambda _customer: fresh_code(fixed_end=MIDNIGHT_IN_BERLIN), "on 24 November 2024", "am 24. November 2024"),
    (lambda _customer: fresh_code(starts_at=MIDNIGHT_IN_BERLIN.replace(year=2090)), "25 November 2090", "25. November"),
    (tried, "from 24 November 2024", "24. November 2024"),
]


@pytest.mark.parametrize(
    ("prepare", "english", "german"), DATED, ids=["too_late", "term_over", "not_yet", "trial_used"]
)
def test_refusal_tells_the_day_where_the_person_lives(berliner, prepare, english, german):
    text = prepare(berliner)
    assert english in refusal_of(berliner, text)
    with translation.override("de"):
        assert german in refusal_of(berliner, text)


def test_pause_says_how_long_and_until_when(berliner):
    at, again_at = MIDNIGHT_IN_BERLIN.replace(hour=17), MIDNIGHT_IN_BERLIN.replace(hour=17, minute=48)
    refusal = TooManyCodes(again_at=again_at, at=at, reader=berliner)
    assert "You can try again in 48 minutes, at 18:48. Nothing was used." in refusal.messages[0]
    with translation.override("de"):
        refusal = TooManyCodes(again_at=at, at=at - timedelta(minutes=15), reader=berliner)
        assert "in 15 Minuten, um 18:00 Uhr, wieder versuchen." in refusal.messages[0]


@pytest.mark.parametrize("prepare", [row[1] for row in REFUSALS], ids=[row[2] for row in REFUSALS])
def test_refusal_is_whole_in_both_languages(customer, other_customer, prepare):
    text = prepare(customer, other_customer)
    english = refusal_of(customer, text)
    with translation.override("de"):
        german = refusal_of(customer, text)
    assert german != english
    assert [ODD.search(said) for said in (english, german)] == [None, None]
