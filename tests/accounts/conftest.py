"""A visitor who registers, and the link that they find in their mailbox."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.foundation import timing
from tests.factories import PASSWORD


@pytest.fixture(autouse=True)
def fresh_limits(db):
    """Count tries from zero in every test."""
    cache.clear()


@pytest.fixture(autouse=True)
def short_steps(monkeypatch):
    """Do not wait for answers to take equally long; `test_enumeration.py` looks at that."""
    monkeypatch.setattr(timing, "STEP", 0.001)


@pytest.fixture
def register():
    """Return a function that fills in the register page, in a browser of its own unless one is given."""

    def fill_in(email="new@example.com", password=PASSWORD, browser=None, **more):
        data = {"email": email, "password1": password, **more}
        return (browser or Client()).post(reverse("account_signup"), data)

    return fill_in


@pytest.fixture
def sign_in():
    def fill_in(email, password=PASSWORD, browser=None):
        return (browser or Client()).post(reverse("account_login"), {"login": email, "password": password})

    return fill_in


@pytest.fixture
def newest_link():
    """Return a function that reads the address of the link in the newest mail."""
    return lambda: re.search(r"http://testserver(/\S+)", mail.outbox[-1].body).group(1)
