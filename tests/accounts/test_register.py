"""A visitor becomes a customer: what is stored, what is asked, and what is never told."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now

from licenses import services
from licenses.models import WaitingCode
from portal.accounts.models import User
from portal.accounts.services import register_account
from tests.factories import PASSWORD, UserFactory, fresh_code

pytestmark = pytest.mark.django_db
INBOX = reverse("account_email_verification_sent")


def test_account_waits_for_its_address_to_be_verified(register):
    answer = register(email="New@Example.com")
    assert answer["Location"] == INBOX
    user = User.objects.get()
    assert (user.email, user.region) == ("new@example.com", "")
    assert user.check_password(PASSWORD)
    assert not EmailAddress.objects.get(user=user, primary=True).verified


def test_page_says_to_look_in_the_inbox(register):
    browser = Client()
    page = browser.get(register(browser=browser)["Location"]).content.decode()
    assert "Check your inbox" in page
    assert "new@example.com" in page


def test_language_and_time_zone_of_the_browser_are_kept(register):
    register(browser=Client(headers={"accept-language": "de"}), time_zone="Europe/Lisbon")
    user = User.objects.get()
    assert (user.language, user.time_zone) == ("de", "Europe/Lisbon")


def test_unknown_time_zone_is_no_mistake_of_the_visitor(register):
    assert register(time_zone="Mars/Olympus")["Location"] == INBOX
    assert User.objects.get().time_zone == ""


# The last one becomes longer in lower case than a domain can be.
@pytest.mark.parametrize("email", ["anna", "anna@example", "anna@", "@example.com", f"anna@{'İ' * 60}.com"])
def test_incomplete_address_is_explained(register, email):
    answer = register(email=email)
    assert answer.context["form"].errors["email"] == [
        "This address is incomplete. It should look like name@example.com."
    ]
    assert not User.objects.exists()


def test_address_that_is_too_long_in_lower_case_is_refused(register):
    email = f"anna@{'.'.join(['İ' * 25] * 9)}.com"
    assert len(email) < 254
    assert register(email=email).context["form"].errors["email"]
    assert not User.objects.exists()


def test_address_longer_than_the_database_holds_is_refused(register):
    assert register(email=f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.com").status_code == 200
    assert not User.objects.exists()


def test_known_address_changes_nothing_and_tells_by_mail_only(register, customer):
    browser = Client()
    assert register(email=customer.email, password="Other-Pass-27", browser=browser)["Location"] == INBOX
    customer.refresh_from_db()
    assert customer.check_password(PASSWORD)
    assert mail.outbox[-1].subject == "You have an account already"
    assert reverse("account_login") in mail.outbox[-1].body


def test_code_waits_on_the_new_account(register):
    browser, code = Client(), fresh_code()
    browser.post(reverse("licenses:add"), {"code": code})
    register(browser=browser)
    assert services.add_waiting_code(user=User.objects.get(email="new@example.com"), at=now())


def test_strangers_code_never_waits_on_somebody_elses_account(register, customer):
    browser = Client()
    browser.post(reverse("licenses:add"), {"code": fresh_code()})
    register(email=customer.email, browser=browser)
    assert not WaitingCode.objects.exists()


def test_signed_in_customer_does_not_register_again(client_of, customer):
    answer = client_of(customer).get(reverse("account_signup"))
    assert answer["Location"] == reverse("licenses:index")


def an_hour_later(email="new@example.com"):
    """Let a registration be an hour old."""
    User.objects.filter(email=email).update(date_joined=timezone.now() - timedelta(hours=1))
    cache.clear()


def test_registration_that_was_never_verified_is_started_over(register, newest_link):
    register(password="First-Pass-27")
    first = newest_link()
    an_hour_later()
    register(password="Second-Pass-27")
    assert User.objects.get().check_password("Second-Pass-27")
    assert mail.outbox[-1].subject == "Verify your email address"
    assert Client().get(first).status_code == 410
    assert Client().get(newest_link()).status_code == 200


def test_code_that_waits_survives_starting_over(register):
    browser = Client()
    browser.post(reverse("licenses:add"), {"code": fresh_code()})
    register(browser=browser)
    an_hour_later()
    register()
    assert WaitingCode.objects.get().user == User.objects.get(email="new@example.com")


def test_button_pressed_twice_keeps_the_mail_that_is_on_its_way(register, newest_link):
    register(password="First-Pass-27")
    link = newest_link()
    register(password="First-Pass-27")
    assert len(mail.outbox) == 1
    assert Client().get(link).status_code == 200


def test_nothing_is_started_over_when_no_mail_can_follow(register, sign_in, newest_link):
    register(password="First-Pass-27")
    an_hour_later()
    sign_in("new@example.com", "First-Pass-27")
    register(password="Second-Pass-27")
    assert User.objects.get().check_password("First-Pass-27")
    assert Client().get(newest_link()).status_code == 200


@pytest.mark.parametrize(
    "facts",
    [{"is_staff": True}, {"is_active": False}, {"last_login": timezone.now()}, {"verified": True}],
    ids=lambda facts: next(iter(facts)),
)
def test_accounts_that_are_somebodys_are_never_started_over(facts):
    user = UserFactory(**{"verified": False, **facts})
    User.objects.update(date_joined=timezone.now() - timedelta(hours=1))
    assert register_account(email=user.email, password_hash="another", at=now()) is None
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_account_without_any_stored_address_is_never_started_over():
    user = User.objects.create_user("by-command@example.com", PASSWORD, date_joined=timezone.now() - timedelta(days=1))
    assert register_account(email=user.email, password_hash="another", at=now()) is None
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
