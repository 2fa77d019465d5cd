"""The same address registers many times at the same instant: one account, one answer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.services import register_account
from tests.factories import PASSWORD

RACERS = 16
pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def race(run) -> list:
    """Let as many threads as there are racers do the same at once, and return what each got."""
    barrier = Barrier(RACERS)

    def start(number):
        try:
            barrier.wait()
            return run(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(start, range(RACERS)))


def test_one_registration_wins_and_everybody_is_answered_alike(settings):
    # The limits have a test of their own; here every request has to come through.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    data = {"email": "Racer@example.com", "password1": PASSWORD}
    answers = race(lambda number: Client().post(reverse("account_signup"), data))
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, reverse("account_email_verification_sent"))
    }
    assert User.objects.get().email == "racer@example.com"
    assert EmailAddress.objects.count() == 1


def test_service_creates_one_account():
    spellings = ["racer@example.com", "RACER@example.com"]
    users = race(lambda number: register_account(email=spellings[number % 2], password_hash="hash"))
    assert [user.email for user in users if user] == ["racer@example.com"]
    assert User.objects.count() == 1
