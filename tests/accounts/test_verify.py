"""The link in the mail: who it signs in, who it does not, and what it says when it no longer works."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import mail, signing
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from licenses import services
from portal.accounts.models import User
from tests.factories import PASSWORD, UserFactory, fresh_code

pytestmark = pytest.mark.django_db


def is_verified(email="new@example.com"):
    return EmailAddress.objects.filter(email=email, verified=True).exists()


def test_looking_at_the_link_verifies_nothing(register, newest_link):
    browser = Client()
    register(browser=browser)
    page = browser.get(newest_link())
    assert "Verify email address" in page.content.decode()
    assert not is_verified()


def test_browser_that_registered_is_signed_in(register, newest_link):
    browser = Client()
    register(browser=browser)
    answer = browser.post(newest_link())
    assert answer["Location"] == reverse("licenses:index")
    page = browser.get(answer["Location"])
    assert [str(note) for note in page.context["messages"]] == ["Your email address is verified."]
    assert page.context["user"].email == "new@example.com"


def test_it_is_signed_in_also_hours_later(register, newest_link):
    browser = Client()
    register(browser=browser)
    session = browser.session
    session["account_login"] = {**session["account_login"], "initiated_at": timezone.now().timestamp() - 20 * 3600}
    session.save()
    assert browser.post(newest_link())["Location"] == reverse("licenses:index")


def test_browser_whose_sign_in_waits_no_more_is_asked_to_sign_in(register, newest_link):
    browser = Client()
    register(browser=browser)
    session = browser.session
    del session["account_login"]
    session.save()
    answer = browser.post(newest_link())
    assert answer["Location"] == reverse("account_login")
    assert "Your email address is verified. Sign in to go on." in browser.get(answer["Location"]).content.decode()
    assert is_verified()


def test_code_is_offered_after_the_link_was_opened_in_another_browser(register, newest_link):
    browser = Client()
    browser.post(reverse("licenses:add"), {"code": fresh_code()})
    register(browser=browser)
    Client().post(newest_link(), {"password": PASSWORD})
    assert services.add_waiting_code(user=User.objects.get(email="new@example.com"), at=timezone.now())


def test_link_works_once(register, newest_link):
    register()
    Client().post(newest_link(), {"password": PASSWORD})
    again = Client().post(newest_link(), {"password": "Another-Pass-27"})
    assert again.status_code == 410
    assert "This link was used already" in again.content.decode()


def test_link_expires_after_a_day_and_a_new_one_is_sent(register, newest_link, monkeypatch):
    register()
    old = newest_link()
    cache.clear()
    now = timezone.now() + timedelta(hours=25)
    monkeypatch.setattr(signing.time, "time", now.timestamp)
    assert "This link has expired" in Client().get(old).content.decode()
    assert Client().post(old)["Location"] == reverse("account_email_verification_sent")
    assert not is_verified()
    assert len(mail.outbox) == 2
    Client().post(newest_link(), {"password": PASSWORD})
    assert is_verified()


def test_made_up_link_does_not_work():
    page = Client().get(reverse("account_confirm_email", args=["made:up"]))
    assert page.status_code == 404
    assert "This link doesn’t work" in page.content.decode()


def test_mail_is_sent_again_on_demand_but_not_at_once(register):
    browser = Client()
    register(browser=browser)
    page = browser.post(reverse("accounts:send_again"), follow=True)
    assert "You can ask for another one in " in page.content.decode()
    cache.clear()
    page = browser.post(reverse("accounts:send_again"), follow=True)
    assert "We sent the message again." in page.content.decode()
    assert [letter.to for letter in mail.outbox] == [["new@example.com"]] * 2


def test_whoever_waits_for_no_mail_is_led_to_sign_in():
    assert Client().post(reverse("accounts:send_again"))["Location"] == reverse("account_login")


def test_sign_in_before_verifying_sends_the_link(register, sign_in, newest_link):
    register()
    cache.clear()
    browser = Client()
    assert sign_in("new@example.com", browser=browser)["Location"] == reverse("account_email_verification_sent")
    assert browser.post(newest_link())["Location"] == reverse("licenses:index")


def test_address_is_replaced_only_once_the_new_one_is_verified(client_of, customer, sign_in, newest_link):
    browser = Client()
    sign_in(customer.email, browser=browser)
    new = {"email": "anna@new.example", "action_add": "1"}
    ask = browser.post(reverse("account_email"), new)
    browser.post(ask["Location"], {"password": PASSWORD})
    customer.refresh_from_db()
    assert customer.email == "anna@example.com"
    browser.post(newest_link())
    customer.refresh_from_db()
    assert customer.email == "anna@new.example"
    assert (mail.outbox[-1].subject, mail.outbox[-1].to) == ("Your email address was changed", ["anna@example.com"])


@pytest.fixture
def link_of_a_change(customer):
    """The link in the mail to the new address of Anna's account."""
    change = EmailAddress.objects.create(user=customer, email="anna@new.example")
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC(change).key])


def test_new_address_of_an_account_counts_only_for_whoever_can_sign_in_to_it(link_of_a_change, customer, sign_in):
    browser = Client()
    for answer in (browser.get(link_of_a_change), browser.post(link_of_a_change, {"password": "Taken-Over-27"})):
        assert "Sign in to change the address" in answer.content.decode()
    assert not is_verified("anna@new.example")
    browser.post(reverse("account_login"), {"login": customer.email, "password": PASSWORD})
    page = browser.post(link_of_a_change, follow=True)
    assert "Your address is now anna@new.example. Use it in the app too." in page.content.decode()
    assert is_verified("anna@new.example")


def test_somebody_else_who_is_signed_in_is_asked_for_the_other_account(link_of_a_change, client_of, other_customer):
    browser = client_of(other_customer)
    page = browser.get(link_of_a_change)
    assert "which is another account" in page.content.decode()
    answer = browser.post(link_of_a_change)
    assert not is_verified("anna@new.example")
    sign_in = f"{reverse('account_login')}?next={link_of_a_change}"
    assert browser.post(reverse("account_logout"), {"next": sign_in})["Location"] == sign_in
    assert answer.status_code == 200


def test_new_address_resets_no_password_before_it_is_verified(link_of_a_change):
    Client().post(reverse("account_reset_password"), {"email": "anna@new.example"})
    assert mail.outbox == []


def test_address_that_another_account_took_meanwhile_is_refused_kindly(client_of, customer):
    change = EmailAddress.objects.create(user=customer, email="taken@example.com")
    UserFactory(email="taken@example.com", verified=False)
    browser = client_of(customer)
    link = reverse("account_confirm_email", args=[EmailConfirmationHMAC(change).key])
    page = browser.post(link, follow=True)
    assert "it belongs to another account now" in page.content.decode()
    customer.refresh_from_db()
    assert customer.email == "anna@example.com"
