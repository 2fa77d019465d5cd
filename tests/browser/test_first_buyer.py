"""A first-time buyer on a phone, to whom everything happens that can: the code is typed once, and it is never lost."""

import re

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from licenses.models import CodeBatch, License
from licenses.services import resume_batch, suspend_batch
from tests.browser.conftest import NARROW
from tests.browser.test_journey import EMAIL, verify
from tests.factories import PASSWORD, fresh_code

TYPO = "ana@example.com"


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_first_buyer_loses_nothing(open_page, security_cloud, deliver_mail, staff, javascript):
    code = fresh_code(security_cloud)
    phone = open_page(NARROW, javascript=javascript)
    mistype_the_code(phone, code)
    change_the_language(phone, wrong(code))
    correct_the_code(phone, code)
    mistype_the_address(phone)
    register(phone, EMAIL)
    verify(phone, deliver_mail)
    press_after_the_sign_in_has_ended(phone, code)
    press_while_the_code_is_on_hold(phone, code, staff)
    add_it_by_hand_after_all(phone, code)


def wrong(code: str) -> str:
    return code[:-1] + ("0" if code[-1] == "1" else "1")


def mistype_the_code(page, code: str):
    page.goto("/")
    page.get_by_role("link", name="I have an activation code").click()
    field(page).fill(wrong(code))
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_title("Error: Start with your activation code – My Kaspersky")
    expect(field(page)).to_have_accessible_description(re.compile("There is a typing mistake in group 5"))
    expect(field(page)).to_have_value(wrong(code))


def change_the_language(page, kept: str):
    """To German and back, on a page that was the answer to a form."""
    for now, name, language in (("Language: English", "Deutsch", "de"), ("Sprache: Deutsch", "English", "en")):
        page.get_by_role("button", name=now).click()
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("#code")).to_have_value(kept)


def correct_the_code(page, code: str):
    field(page).fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Your activation code is kept")).to_be_visible()


def mistype_the_address(page):
    register(page, TYPO)
    expect(page.get_by_text(f"We sent a message to {TYPO}.")).to_be_visible()
    page.get_by_role("link", name="Change the address").click()
    expect(page.get_by_role("heading", name="Your activation code is kept")).to_be_visible()


def register(page, email: str):
    page.get_by_role("textbox", name="Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()


def press_after_the_sign_in_has_ended(page, code: str):
    expect(waiting(page, code)).to_be_visible()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Add this code").click()
    expect(page.get_by_role("heading", name="Sign in to go on")).to_be_visible()
    expect(page.get_by_text("Adding your activation code")).to_be_visible()
    expect(page.get_by_role("textbox", name="Email address")).to_have_value(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in and go on").click()
    expect(waiting(page, code)).to_be_visible()
    assert not License.objects.exists()


def press_while_the_code_is_on_hold(page, code: str, staff):
    """The seller holds it for a moment; the page that says so is left in each way that a browser knows."""
    suspend_batch(batch=CodeBatch.objects.get(), reason="We ask the shop.", actor=staff, at=timezone.now())
    page.get_by_role("button", name="Add this code").click()
    expect(page.get_by_text("This code is on hold.")).to_be_visible()
    refusal = page.url
    change_the_language(page, code)
    expect(waiting(page, code)).to_be_visible()
    page.goto(refusal)
    expect(page.get_by_role("heading", name="Licenses", level=1)).to_be_visible()
    expect(waiting(page, code)).to_be_visible()
    resume_batch(batch=CodeBatch.objects.get(), actor=staff, at=timezone.now())


def add_it_by_hand_after_all(page, code: str):
    page.get_by_role("textbox", name="Add activation code").fill(code)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page).to_have_title("License added – Licenses – My Kaspersky")
    page.goto("/licenses/")
    expect(page.get_by_role("heading", name="Your licenses")).to_be_visible()
    expect(waiting(page, code)).to_have_count(0)
    assert License.objects.get().owner.email == EMAIL


def field(page):
    return page.get_by_label("Activation code", exact=True)


def waiting(page, code: str):
    return page.get_by_role("heading", name=f"Your code ending in {code[-5:]} is waiting")
