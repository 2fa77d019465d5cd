"""“Check your inbox”: never a dead end, and never a word about an address that has an account already."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
INBOX, SIGN_IN = reverse("account_email_verification_sent"), reverse("account_login")
EMAIL = "new@example.com"


@pytest.fixture
def computer(register):
    """The browser that registered and shows “Check your inbox”."""
    browser = Client()
    register(EMAIL, browser=browser)
    return browser


def verify_on_the_phone(link):
    Client().post(link, {"password": PASSWORD})


def test_it_leads_to_the_sign_in_for_whoever_verified_already(computer):
    page = computer.get(INBOX).content.decode()
    assert f'Verified already? <a href="{SIGN_IN}">Sign in</a>' in page


def test_loaded_again_after_verifying_elsewhere_it_leads_on(computer, newest_link):
    verify_on_the_phone(newest_link())
    page = computer.get(INBOX, follow=True)
    assert page.redirect_chain == [(SIGN_IN, 302)]
    assert "Your email address is verified. Sign in to go on." in page.content.decode()
    assert f'value="{EMAIL}"' in page.content.decode()


def test_it_remembers_where_the_person_wanted_to_go(register, newest_link):
    browser, target = Client(), reverse("devices:index")
    register(EMAIL, browser=browser, next=target)
    verify_on_the_phone(newest_link())
    assert browser.get(INBOX)["Location"] == f"{SIGN_IN}?next=%2Fdevices%2F"


def test_it_stays_for_an_address_that_had_an_account_also_after_a_true_registration(computer, register, customer):
    register(customer.email, browser=computer)
    assert computer.get(INBOX).status_code == 200


def test_whoever_is_signed_in_goes_on_to_the_licenses(client_of, customer):
    assert client_of(customer).get(INBOX)["Location"] == reverse("licenses:index")


def test_address_is_there_to_be_corrected(computer):
    assert f'value="{EMAIL}"' in computer.get(reverse("account_signup")).content.decode()


def test_link_that_was_used_fills_in_the_address(computer, newest_link):
    verify_on_the_phone(newest_link())
    browser = Client()
    browser.get(newest_link())
    assert f'value="{EMAIL}"' in browser.get(SIGN_IN).content.decode()


def test_registration_that_was_deleted_meanwhile_begins_anew(computer, mailoutbox):
    User.objects.all().delete()
    page = computer.post(reverse("accounts:send_again"), follow=True)
    assert "Please create your account again." in page.content.decode()
    assert len(mailoutbox) == 1
