"""One link pressed many times at once, while somebody else registers: one owner, and never with another's password."""

from itertools import count

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.services import close_unused, register_account
from tests.factories import PASSWORD, UserFactory, days
from tests.races import ROUNDS, race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
OPENED = reverse("licenses:index")


@pytest.fixture
def registered():
    """Return a function that registers an address a day ago and returns it: the row of which the link speaks."""
    numbers = count()
    return lambda: (
        UserFactory(email=f"claimed-{next(numbers)}@example.com", verified=False, date_joined=days(-1))
        .emailaddress_set.select_related("user")
        .get()
    )


def press(address, number) -> str:
    link = reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])
    answer = Client().post(link, {"password": f"Owner-Pass-{number:02}"})
    assert answer.status_code in (302, 410)
    return answer.get("Location", "")


def test_one_press_wins_and_its_password_counts(registered):
    for result in race(press, prepare=registered, rounds=ROUNDS // 4):
        assert result.errors == []
        assert result.results.count(OPENED) == 1
        user = User.objects.get(pk=result.prepared.user_id)
        assert sum(user.check_password(f"Owner-Pass-{number:02}") for number in range(16)) == 1


def test_registration_at_the_same_instant_never_gets_the_verified_account(registered):
    def act(address, number):
        if number % 2:
            return press(address, number)
        return (
            register_account(email=address.email, password_hash=make_password("Attacker-Pass-27"), at=timezone.now())
            and "again"
        )

    for result in race(act, prepare=registered, rounds=ROUNDS // 4):
        assert result.errors == []
        (address,) = EmailAddress.objects.filter(email=result.prepared.email).select_related("user")
        assert address.verified == (OPENED in result.results)
        assert address.verified != address.user.check_password("Attacker-Pass-27")


def test_account_is_either_opened_or_closed(registered):
    def act(address, number):
        return press(address, number) if number % 2 else close_unused(address=address)

    for result in race(act, prepare=registered, rounds=ROUNDS // 4):
        assert result.errors == []
        assert (True in result.results) != (OPENED in result.results)
        assert User.objects.filter(pk=result.prepared.user_id).exists() == (OPENED in result.results)


def test_button_pressed_many_times_in_the_browser_that_registered(registered):
    def prepare():
        address, browser = registered(), Client()
        browser.post(reverse("account_login"), {"login": address.email, "password": PASSWORD})
        return address, browser.cookies

    def act(prepared, number):
        address, cookies = prepared
        browser = Client()
        browser.cookies.update(cookies)
        answer = browser.post(reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key]))
        return answer.status_code, answer.get("Location", "")

    for result in race(act, prepare=prepare, rounds=ROUNDS // 4):
        assert result.errors == []
        assert (302, OPENED) in result.results
        # 400: signing in gave the session a new name while this answer was on its way.
        assert {status for status, _place in result.results} <= {302, 400, 410}
        assert EmailAddress.objects.get(pk=result.prepared[0].pk).verified
