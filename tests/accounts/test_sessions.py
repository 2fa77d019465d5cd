"""Sessions: what stands in the database opens none of them."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.sessions import prune_sessions

pytestmark = pytest.mark.django_db
PAGE = "licenses:index"


@pytest.fixture
def browser(client_of, customer):
    return client_of(customer)


def key_of(browser) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def test_key_of_the_table_opens_no_session(browser):
    thief, stolen = Client(), Session.objects.get().session_key
    assert stolen != key_of(browser)
    thief.cookies[settings.SESSION_COOKIE_NAME] = stolen
    assert thief.get(reverse(PAGE)).status_code == 302
    assert browser.get(reverse(PAGE)).status_code == 200


def test_key_changes_at_sign_in_and_the_old_one_is_dead(browser, customer):
    old = key_of(browser)
    browser.force_login(customer)
    browser.session.cycle_key()
    assert Session.objects.count() == 1
    stale = Client()
    stale.cookies[settings.SESSION_COOKIE_NAME] = old
    assert stale.get(reverse(PAGE)).status_code == 302


def test_signing_out_deletes_the_row(browser):
    browser.post(reverse("account_logout"))
    assert not Session.objects.exists()


def test_old_session_is_over(browser):
    Session.objects.update(expire_date="2026-01-01T00:00:00Z")
    assert browser.get(reverse(PAGE)).status_code == 302
    prune_sessions(at=timezone.now())
    assert not Session.objects.filter(expire_date__lt="2026-02-01T00:00:00Z").exists()
