"""The same address registers many times at the same instant: one account, one answer."""

from itertools import count

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.services import register_account
from tests.factories import PASSWORD
from tests.races import ROUNDS, race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def new_address():
    numbers = count()
    return lambda: f"Racer-{next(numbers)}@example.com"


def test_one_registration_wins_and_everybody_is_answered_alike(settings, new_address):
    # The limits have a test of their own; here every request has to come through.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

    def register(address, number):
        answer = Client().post(reverse("account_signup"), {"email": address, "password1": PASSWORD})
        return answer.status_code, answer["Location"]

    for result in race(register, prepare=new_address, rounds=ROUNDS // 4):
        assert result.errors == []
        assert set(result.results) == {(302, reverse("account_email_verification_sent"))}
        assert User.objects.filter(email=result.prepared.lower()).count() == 1
        assert EmailAddress.objects.filter(email=result.prepared.lower()).count() == 1


def test_service_creates_one_account(new_address):
    def register(address, number):
        return register_account(
            email=address if number % 2 else address.upper(), password_hash="hash", at=timezone.now()
        )

    for result in race(register, prepare=new_address):
        assert result.errors == []
        assert [user.email for user in result.results if user] == [result.prepared.lower()]
        assert User.objects.filter(email=result.prepared.lower()).count() == 1
