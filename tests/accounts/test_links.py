"""Links in mails lead to the operator's address, whatever name the request came by."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
OURS = "https://portal.example.com"
SIGN_UP, RESET, SIGN_IN = "account_signup", "account_reset_password", "account_login"


@pytest.fixture(autouse=True)
def two_names(settings):
    settings.PORTAL_URL = OURS
    settings.SUPPORT_URL = ""
    settings.ALLOWED_HOSTS = ["portal.example.com", "other.example.com"]


@pytest.mark.parametrize("host", ["other.example.com", "portal.example.com:1234"])
@pytest.mark.parametrize(
    ("form_page", "form"),
    [
        (SIGN_UP, {"email": "new@example.com", "password1": PASSWORD}),
        (SIGN_UP, {"email": "anna@example.com", "password1": PASSWORD}),
        (RESET, {"email": "anna@example.com"}),
    ],
    ids=["verification", "known address", "reset"],
)
def test_mail_of_a_visitor(customer, form_page, form, host):
    Client().post(reverse(form_page), form, headers={"host": host})
    assert_all_ours(mail.outbox[-1])


def test_mail_of_a_customer(customer):
    browser = Client(headers={"host": "other.example.com"})
    browser.post(reverse(SIGN_IN), {"login": customer.email, "password": PASSWORD})
    browser.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "Better-Pass-28"})
    ask = browser.post(reverse("account_email"), {"email": "anna@new.example", "action_add": "1"})
    browser.post(ask["Location"], {"password": "Better-Pass-28"})
    assert len(mail.outbox) == 2
    for letter in mail.outbox:
        assert_all_ours(letter)


def assert_all_ours(letter):
    for text in (letter.body, letter.alternatives[0][0].partition("</head>")[2]):
        links = re.findall(r"https?://[^/\s\"'<]+", text)
        assert links
        assert set(links) == {OURS}


def test_other_names_are_no_further_tries_for_a_password(customer):
    for number in range(6):
        answer = Client().post(
            reverse(SIGN_IN),
            {"login": customer.email, "password": "Wrong-Pass-27"},
            headers={"host": f"portal.example.com:{1000 + number}"},
        )
    assert answer.context["form"].non_field_errors().as_data()[0].code == "too_many_login_attempts"
