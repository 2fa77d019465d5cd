"""On a slow phone a script comes after the person has begun: it works on what is already there, and nothing is lost."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_code_field import CARET, CODE
from tests.factories import DeviceFactory, SeatFactory


class Held:
    """A script of the page that stays away until it is let through."""

    def __init__(self, page, name: str):
        self.page, self.routes = page, []
        page.route(f"**/js/{name}*", lambda route: self.routes.append(route))

    def arrive(self):
        while not self.routes:
            self.page.wait_for_timeout(50)
        self.routes.pop().continue_()


@pytest.fixture
def open_early(phone):
    """Return a function that opens a page whose script is late, and gives the page and the script."""

    def open_early(address: str, name: str):
        script = Held(phone, name)
        phone.goto(address, wait_until="commit")
        return phone, script

    return open_early


def test_code_typed_before_is_put_in_groups_and_the_caret_stays(open_early):
    page, script = open_early("/licenses/add/", "code.js")
    field = page.get_by_label("Activation code", exact=True)
    field.press_sequentially(CODE.replace("-", "").lower()[:12])
    for _press in range(4):
        field.press("ArrowLeft")
    script.arrive()
    expect(field).to_have_value(CODE[:14])
    assert field.evaluate(CARET) == "7KQ2M-X4T|DA-9R"
    field.press_sequentially("z")
    expect(field).to_have_value("7KQ2M-X4TZD-A9R")


def test_line_of_a_mail_pasted_before_is_read(open_early):
    page, script = open_early("/licenses/add/", "code.js")
    field = page.get_by_label("Activation code", exact=True)
    field.fill(f"Activation code: {CODE}")
    script.arrive()
    expect(field).to_have_value(CODE)


def test_mistake_typed_before_is_named(open_early):
    page, script = open_early("/licenses/add/", "code.js")
    page.get_by_label("Activation code", exact=True).press_sequentially("abcdu")
    script.arrive()
    expect(page.locator("[data-code-hint]")).to_have_text(re.compile("No code has the symbol “U”"))


def test_password_typed_before_is_measured(open_early):
    page, script = open_early("/account/signup/", "password.js")
    field = page.get_by_label("Password", exact=True)
    field.press_sequentially("Violet7")
    script.arrive()
    expect(page.locator("[data-rules] [data-state=met]")).to_have_count(3)
    expect(field).to_have_value("Violet7")
    page.get_by_role("button", name="Show password").click()
    expect(field).to_have_attribute("type", "text")


def test_question_of_a_link_is_a_page_before_and_a_dialog_after(open_page, customer):
    device = DeviceFactory(owner=customer)
    SeatFactory(license__owner=customer, device=device)
    page = open_page(user=customer)
    script = Held(page, "dialog.js")
    page.goto(f"/devices/{device.pk}/", wait_until="commit")
    link = page.get_by_role("link", name="Disconnect device")
    expect(link).not_to_have_attribute("aria-haspopup", "dialog")
    script.arrive()
    expect(link).to_have_attribute("aria-haspopup", "dialog")
    link.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_time_zone_is_told_to_a_form_that_stood_there_before(open_page):
    page = open_page(timezone_id="Europe/Berlin")
    script = Held(page, "time-zone.js")
    page.goto("/account/signup/", wait_until="commit")
    page.get_by_role("textbox", name="Email address").press_sequentially("anna@")
    script.arrive()
    expect(page.locator("input[name=time_zone]").first).to_have_value("Europe/Berlin")
