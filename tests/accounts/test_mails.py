"""Mails around an account: whose name they carry, which language, and that every one has both forms."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def forms(letter) -> tuple[str, str]:
    """The text and the HTML of a mail."""
    (html, kind) = letter.alternatives[0]
    assert kind == "text/html"
    return letter.body, html


def test_verification_mail_has_the_button_and_the_operators_name(register, newest_link):
    register()
    text, html = forms(mail.outbox[0])
    assert mail.outbox[0].from_email == "My Kaspersky <portal@localhost>"
    assert mail.outbox[0].subject == "Verify your email address"
    assert f'<a href="http://testserver{newest_link()}"' in html
    assert ">Verify email address</a>" in html
    assert "The link works once, for 24 hours." in text
    assert "new@example.com" in text


def test_mail_speaks_the_readers_language_not_the_senders(register):
    reader = UserFactory(language="de")
    subjects = []
    for language in ("en", "de"):
        register(email=reader.email, browser=Client(headers={"accept-language": language}))
        User.objects.filter(pk=reader.pk).update(language="en")
        subjects.append(mail.outbox[-1].alternatives[0][0][:200])
        mail.outbox.clear()
        Client().post(reverse("account_reset_password"), {"email": reader.email})
    assert 'lang="de"' in subjects[0]


def test_every_mail_has_text_and_html_and_links_into_the_portal(customer, sign_in, register, newest_link):
    browser = Client()
    sign_in(customer.email, browser=browser)
    browser.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "Better-Pass-28"})
    Client().post(reverse("account_reset_password"), {"email": customer.email})
    reader = Client()
    reader.post(reader.get(newest_link())["Location"], {"password1": "Better-Pass-29"})
    register(email=customer.email)
    assert [letter.subject for letter in mail.outbox] == [
        "Your password was changed",
        "Choose a new password",
        "Your password was changed",
        "You have an account already",
    ]
    for letter in mail.outbox:
        text, html = forms(letter)
        assert "http://testserver/account/" in text
        assert "http://testserver/account/" in html
        assert "{" not in text


def test_stranger_gets_no_mail_about_an_account_that_does_not_exist():
    answer = Client().post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert answer["Location"] == reverse("account_reset_password_done")
    assert mail.outbox == []


def test_change_that_was_called_off_is_told(customer, sign_in):
    browser = Client()
    sign_in(customer.email, browser=browser)
    ask = browser.post(reverse("account_email"), {"email": "anna@new.example", "action_add": "1"})
    browser.post(ask["Location"], {"password": PASSWORD})
    browser.post(reverse("account_email"), {"email": "anna@new.example", "action_remove": "1"})
    assert mail.outbox[-1].subject == "Your email address stays as it is"
