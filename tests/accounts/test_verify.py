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
    register()
    page = Client().get(newest_link())
    assert "Verify email address" in page.content.decode()
    assert not is_verified()


def test_browser_that_registered_is_signed_in(register, newest_link):
    browser = Client()
    register(browser=browser)
    answer = browser.post(newest_link())
    assert answer["Location"] == reverse("licenses:index")
    page = browser.get(answer["Location"])
    assert [(str(note), note.extra_tags) for note in page.context["messages"]] == [
        ("Your email address is verified.", "verified")
    ]
    assert page.context["user"].email == "new@example.com"


def test_it_is_signed_in_also_hours_later(register, newest_link):
    browser = Client()
    register(browser=browser)
    session = browser.session
    session["account_login"] = {**session["account_login"], "initiated_at": timezone.now().timestamp() - 20 * 3600}
    session.save()
    assert browser.post(newest_link())["Location"] == reverse("licenses:index")


def test_other_browser_is_asked_to_sign_in(register, newest_link):
    register()
    browser = Client()
    answer = browser.post(newest_link())
    assert answer["Location"] == reverse("account_login")
    assert "Your email address is verified. Sign in to go on." in browser.get(answer["Location"]).content.decode()
    assert is_verified()


def test_code_is_offered_after_the_link_was_opened_in_another_browser(register, newest_link, sign_in):
    browser = Client()
    browser.post(reverse("licenses:add"), {"code": fresh_code()})
    register(browser=browser)
    elsewhere = Client()
    elsewhere.post(newest_link())
    sign_in("new@example.com", browser=elsewhere)
    assert services.add_waiting_code(user=User.objects.get(email="new@example.com"))


def test_link_works_once(register, newest_link):
    register()
    Client().post(newest_link())
    again = Client().post(newest_link())
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
    Client().post(newest_link())
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


def test_attacker_who_registers_after_the_owner_is_not_let_in_by_the_owners_browser(register, newest_link):
    owner = Client()
    register(browser=owner, password="Owner-Pass-27")
    User.objects.update(date_joined=timezone.now() - timedelta(hours=1))
    cache.clear()
    register(password="Attacker-Pass-27")
    assert owner.post(newest_link())["Location"] == reverse("account_login")


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


def test_address_that_another_account_took_meanwhile_is_refused_kindly(client_of, customer):
    change = EmailAddress.objects.create(user=customer, email="taken@example.com")
    UserFactory(email="taken@example.com", verified=False)
    browser = client_of(customer)
    link = reverse("account_confirm_email", args=[EmailConfirmationHMAC(change).key])
    page = browser.post(link, follow=True)
    assert "it belongs to another account now" in page.content.decode()
    customer.refresh_from_db()
    assert customer.email == "anna@example.com"
