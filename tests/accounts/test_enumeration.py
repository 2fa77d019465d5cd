"""Nobody learns from a page, or from its time, whether an address has an account."""

import pytest
from django.contrib.auth import hashers
from django.test import Client
from django.urls import reverse

from portal.accounts.hashers import OwaspArgon2Hasher
from portal.foundation import timing

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "anna@example.com", "nobody@example.com"


@pytest.fixture
def hashings(monkeypatch, slow_passwords):
    """Count how often a password is hashed: that is what takes the time."""
    counted = []
    encode, verify = OwaspArgon2Hasher.encode, OwaspArgon2Hasher.verify
    monkeypatch.setattr(OwaspArgon2Hasher, "encode", lambda *a, **k: counted.append("hash") or encode(*a, **k))
    monkeypatch.setattr(OwaspArgon2Hasher, "verify", lambda *a, **k: counted.append("hash") or verify(*a, **k))
    hashers.get_hashers.cache_clear()
    return counted


def told(answer, email) -> tuple:
    """What a stranger can see of an answer, but for the address that they typed themselves."""
    page = answer.content.decode().replace(email, "ADDRESS")
    token = answer.context and str(answer.context.get("csrf_token", ""))
    return answer.status_code, answer.get("Location"), page.replace(token, "TOKEN") if token else page


def same_for_both(ask) -> bool:
    return told(ask(KNOWN), KNOWN) == told(ask(UNKNOWN), UNKNOWN)


def test_registering_answers_alike(customer, register):
    assert same_for_both(lambda email: register(email=email))


def test_inbox_page_is_alike(customer, register):
    def inbox(email):
        browser = Client()
        register(email=email, browser=browser)
        return browser.get(reverse("account_email_verification_sent"))

    assert same_for_both(inbox)


def test_sending_again_answers_alike(customer, register):
    def again(email):
        browser = Client()
        register(email=email, browser=browser)
        return browser.post(reverse("accounts:send_again"))

    assert same_for_both(again)


def test_signing_in_answers_alike(customer, sign_in):
    assert same_for_both(lambda email: sign_in(email, "Wrong-Pass-27"))


def test_resetting_answers_alike(customer):
    assert same_for_both(lambda email: Client().post(reverse("account_reset_password"), {"email": email}))


def test_registering_hashes_once_in_either_case(customer, register, hashings):
    for email in (KNOWN, UNKNOWN):
        hashings.clear()
        register(email=email)
        assert hashings == ["hash"]


def test_signing_in_hashes_once_in_either_case(slow_passwords, customer, sign_in, hashings):
    customer.set_password("Violet-River-27")
    customer.save()
    for email in (KNOWN, UNKNOWN):
        hashings.clear()
        sign_in(email, "Wrong-Pass-27")
        assert hashings == ["hash"]


@pytest.mark.parametrize("takes", [0.0, 0.01, 0.03])
def test_even_time_is_a_whole_number_of_steps(monkeypatch, takes):
    monkeypatch.setattr(timing, "STEP", 0.05)
    clock = iter([100.0, 100.0 + takes])
    slept = []
    monkeypatch.setattr(timing.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(timing.time, "sleep", slept.append)
    with timing.even_time():
        pass
    assert takes + slept[0] == pytest.approx(0.05)
