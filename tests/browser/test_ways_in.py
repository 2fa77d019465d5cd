"""Registering and signing in by keyboard, in a browser with a time zone of its own."""

import pytest
from playwright.sync_api import expect

from portal.accounts.models import User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def test_tab_leads_from_the_address_to_the_password(page):
    page.goto("/account/login/")
    page.get_by_label("Email address").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()


def test_help_for_the_password_stands_beside_its_label(phone):
    phone.goto("/account/login/")
    label = phone.get_by_text("Password", exact=True).bounding_box()
    link = phone.get_by_role("link", name="Forgot your password?").bounding_box()
    assert abs(label["y"] - link["y"]) < 8
    assert link["x"] > label["x"] + label["width"]


def test_time_zone_of_the_browser_is_the_accounts(open_page):
    page = open_page(timezone_id="Asia/Tokyo")
    page.goto("/account/signup/")
    page.get_by_label("Email address").fill("new@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()
    assert User.objects.get().time_zone == "Asia/Tokyo"


def test_refused_password_shows_which_rules_it_kept_until_another_is_typed(page):
    page.goto("/account/signup/")
    page.get_by_label("Email address").fill("anna@")
    page.get_by_label("Password", exact=True).fill("short7x")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("This address is incomplete.")).to_be_visible()
    digit, upper = (page.locator(f"[data-rule={rule}]") for rule in ("digit", "upper"))
    page.get_by_label("Password", exact=True).focus()
    page.keyboard.press("Tab")
    expect(digit).to_have_attribute("data-state", "met")
    expect(upper).to_have_attribute("data-state", "miss")
    page.get_by_label("Password", exact=True).fill("V")
    expect(digit).to_have_attribute("data-state", "open")
