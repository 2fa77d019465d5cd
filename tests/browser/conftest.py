"""A real Chromium against the running portal; whatever its console complains about fails the test."""

from functools import partial
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from licenses.models import Plan
from portal.demo.catalog import PLANS, PRODUCTS, load_plan, load_product
from portal.demo.installers import files_of, publish
from portal.foundation.mail.services import deliver_due
from tests import chromium

HERE = Path(__file__).parent
WIDE, NARROW = 1280, 390
PATIENCE = 15_000  # milliseconds until a page counts as not coming; a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    """Mark every test in this folder, so that a run without a browser can leave them out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": chromium.find(), "args": chromium.ARGUMENTS}


@pytest.fixture
def complaints():
    """What browsers complained about: errors of scripts, the policy's violations, files that did not come.

    A test that makes the server refuse something empties the list after it has looked at it.
    """
    return []


@pytest.fixture
def open_page(browser, live_server, complaints, settings):
    """Return a function that opens a page of the portal in a browser of its own: a fresh profile, nobody signed in.

    `open_page(NARROW, dark=True, javascript=False, user=customer)`; addresses may then be relative: `page.goto("/")`.
    """
    contexts = []
    settings.PORTAL_URL = live_server.url

    def open_page(width: int = WIDE, *, javascript: bool = True, dark: bool = False, user=None, **more):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            **{"base_url": live_server.url, "locale": "en-GB", "timezone_id": "UTC", **more},
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if user:
            context.add_cookies(
                [{"name": portal.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url}]
            )
        page = context.new_page()
        listen(page, complaints)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def session_of(user) -> str:
    """Sign a person in without the form and return the session's key."""
    client = Client()
    client.force_login(user)
    return client.cookies[portal.SESSION_COOKIE_NAME].value


def listen(page, complaints: list[str]) -> None:
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "response", lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
    )


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def phone(open_page):
    return open_page(NARROW)


@pytest.fixture
def deliver_mail(settings):
    """Let mails go through the outbox into files, as in the demonstration; returns the function that delivers them."""
    settings.EMAIL_BACKEND = "portal.foundation.mail.backend.OutboxBackend"
    for path in (settings.DATA_DIR / "mail").glob("*"):
        path.unlink()
    return partial(deliver_due, clock=timezone.now)


@pytest.fixture
def security_cloud(db):
    """The demonstration's Kaspersky Security Cloud for 3 devices: its plan, true installers, stores and guides."""
    sold = next(sold for sold in PRODUCTS if sold.slug == "security-cloud")
    load_product(sold)
    load_plan(next(offered for offered in PLANS if offered.slug == "security-cloud-personal-3-1y"))
    plan = Plan.objects.get()
    for platform in files_of(sold):
        publish(sold, plan.product, platform)
    return plan
