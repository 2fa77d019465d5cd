"""“I am the buyer” tells no more about a code than the form does, and no oftener."""

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import now

from licenses import services, spelling
from licenses.models import CodeAttempt
from portal.foundation import timing
from tests.factories import UserFactory, fresh_code

pytestmark = pytest.mark.django_db

LIMIT = settings.CODE_LIMITS["counted_per_account"]


@pytest.fixture(autouse=True)
def short_steps(monkeypatch):
    monkeypatch.setattr(timing, "STEP", 0.001)


@pytest.fixture
def held():
    """A code that somebody else has added."""
    text = fresh_code()
    services.redeem_code(user=UserFactory(), text=text, at=now())
    return text


def claim(browser, text):
    return browser.post(reverse("licenses:claim"), {"code": text})


def guess(user):
    with pytest.raises(ValidationError) as refusal:
        services.submit_code(user=user, text=spelling.new_code(), at=now())
    return refusal.value.code


def test_claims_and_tries_in_the_form_share_one_limit(client_of, customer):
    browser = client_of(customer)
    for _try in range(LIMIT - 1):
        assert claim(browser, spelling.new_code()).status_code == 302
    assert guess(customer) == "unknown"
    assert claim(browser, spelling.new_code()).status_code == 200
    assert guess(customer) == "slow_down"


def test_claims_of_many_accounts_share_the_limit_of_their_address(client_of, customer, other_customer, settings):
    settings.CODE_LIMITS = {**settings.CODE_LIMITS, "counted_per_address": 1}
    assert claim(client_of(customer), spelling.new_code()).status_code == 302
    assert claim(client_of(other_customer), spelling.new_code()).status_code == 200


def test_refusal_says_until_when_and_keeps_what_was_typed(client_of, customer):
    browser, text = client_of(customer), spelling.new_code()
    for _try in range(LIMIT):
        claim(browser, spelling.new_code())
    page = claim(browser, text).content.decode()
    until = max(CodeAttempt.objects.exclude(pause_until=None).values_list("pause_until", flat=True))
    assert f"You can try again in 15 minutes, at {until:%H:%M}." in page
    assert spelling.display(text) in page


@pytest.mark.parametrize("tries", [1, LIMIT, LIMIT + 1])
def test_held_code_is_answered_as_an_unknown_one_and_paused_as_soon(client_of, held, tries):
    told = []
    for text in (held, spelling.new_code()):
        user = UserFactory()
        answers = [claim(client_of(user), text) for _try in range(tries)]
        refusals = list(CodeAttempt.objects.filter(user=user).values_list("refusal", "counted"))
        told.append(([answer.status_code for answer in answers], refusals, guess(user)))
    assert told[0] == told[1]


def test_claim_that_is_paused_asks_nobody(client_of, customer, held, mailoutbox):
    for _try in range(LIMIT):
        claim(client_of(customer), spelling.new_code())
    claim(client_of(customer), held)
    assert mailoutbox == []


def test_time_of_an_answer_is_a_whole_number_of_steps(client_of, customer, held, monkeypatch):
    slept = []
    monkeypatch.setattr(timing.time, "sleep", slept.append)
    for text in (held, spelling.new_code()):
        claim(client_of(customer), text)
    assert len(slept) == 2


def test_empty_claim_says_what_is_missing(client_of, customer):
    assert "Type or paste your activation code first." in claim(client_of(customer), "").content.decode()
