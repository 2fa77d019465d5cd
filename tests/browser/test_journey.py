"""From a code in a mail to a protected computer, as a person walks it: by the words on the page and nothing else."""

import hashlib
import re
from pathlib import Path

import pytest
from django.utils import timezone
from django.utils.timezone import now
from playwright.sync_api import expect

from devices.services import connect
from licenses.models import License
from licenses.services import redeem_code
from portal.accounts.models import User
from portal.ui.words import day
from tests.browser.conftest import NARROW, WIDE
from tests.factories import PASSWORD, DeviceFactory, LicenseFactory, SeatFactory, days, fresh_code

EMAIL = "anna@example.com"
WEAK_PASSWORD = "violet"
WINDOWS_FILE = "ks4.021.3.10.391en_23857.exe"


@pytest.fixture(params=[WIDE, NARROW], ids=["desktop", "phone"])
def width(request):
    return request.param


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def javascript(request):
    return request.param


@pytest.fixture
def person(open_page, width, javascript):
    """The page of somebody who has never been here."""
    return open_page(width, javascript=javascript)


def test_from_code_to_protected_device_and_back(person, javascript, security_cloud, deliver_mail):
    walk(person, fresh_code(security_cloud), javascript, deliver_mail, install)


def walk(page, code: str, javascript: bool, deliver_mail, install):
    """Everything, in the order in which a person comes to it; `install` is what the product does on a computer."""
    type_code(page, code, javascript)
    register(page)
    verify(page, deliver_mail)
    add_waiting_code(page, code)
    download(page)
    read_guide(page)
    install("Anna’s laptop")
    page.get_by_role("link", name="Go to Devices").click()
    disconnect_by_devices_tab(page, javascript)
    install("Anna’s desktop")
    disconnect_by_license(page, javascript)
    change_name_and_language(page)
    sign_out(page)


def type_code(page, code: str, javascript: bool):
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in to your account")).to_be_visible()
    page.get_by_role("link", name="I have an activation code").click()
    field = page.get_by_label("Activation code", exact=True)
    field.press_sequentially(code.replace("-", "").lower())
    expect(field).to_have_value(code if javascript else code.replace("-", "").lower())
    page.get_by_role("button", name="Continue").click()


def register(page):
    expect(page.get_by_role("link", name="Register")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("heading", name="Your activation code is kept")).to_be_visible()
    page.get_by_role("textbox", name="Email address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(WEAK_PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page).to_have_title("Error: Register – My Kaspersky")
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("textbox", name="Email address")).to_have_value(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()


def verify(page, deliver_mail):
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()
    expect(page.get_by_text(f"We sent a message to {EMAIL}.")).to_be_visible()
    deliver_mail()
    page.get_by_role("link", name="Open the demonstration’s mailbox").click()
    letter = page.get_by_role("link", name="Verify your email address").first
    for _look in range(100):
        if letter.is_visible():
            break
        page.get_by_role("link", name="Refresh").click()
    letter.click()
    page.frame_locator("iframe").get_by_role("link", name="Verify email address").click()
    page.get_by_role("button", name="Verify email address").click()
    expect(page.get_by_role("heading", name="Your email address is verified.")).to_be_visible()


def add_waiting_code(page, code: str):
    expect(page.get_by_role("heading", name=f"Your code ending in {code[-5:]} is waiting")).to_be_visible()
    page.get_by_role("button", name="Add this code").click()
    expect(page).to_have_title("License added – Licenses – My Kaspersky")
    wanted = {
        "Product": "Kaspersky Security Cloud",
        "Type": "License, 1 year",
        "Devices": "3, any mix of systems",
        "Activated": day(timezone.now()),
        "Expires": re.compile(rf"^\d+ \w+ {timezone.now().year + 1}$"),
    }
    notice = page.get_by_role("region", name="License added")
    expect(notice.get_by_role("term")).to_have_text(list(wanted))
    expect(notice.get_by_role("definition")).to_have_text(list(wanted.values()))
    expect(notice.get_by_text("Install it on a device and sign in there")).to_contain_text(EMAIL)


def download(page):
    page.get_by_role("link", name="Download and install").click()
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download for Windows").click()
    assert begun.value.suggested_filename == WINDOWS_FILE
    content = Path(begun.value.path()).read_bytes()
    assert len(content) >= 5 * 1024**2
    expect(page.get_by_text(hashlib.sha256(content).hexdigest())).to_be_visible()


def read_guide(page):
    page.get_by_role("link", name="Setup guide for Kaspersky Security Cloud").click()
    expect(page.get_by_role("heading", name="Set up Kaspersky Security Cloud on Windows", level=1)).to_be_visible()
    expect(page.get_by_text("your device appears under Devices within a minute")).to_be_visible()


def install(name: str):
    """What the product does when its owner signs in there; its interface to the portal comes later."""
    user = User.objects.get(email=EMAIL)
    machine = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    product = License.objects.get().product
    connect(user=user, machine_id=machine, platform="windows", product=product, name=name, form="laptop", at=now())


def disconnect_by_devices_tab(page, javascript: bool):
    page.get_by_role("link", name="Anna’s laptop").click()
    disconnect(page, "Anna’s laptop", javascript, hesitate=True)
    expect(page).to_have_title("Anna’s laptop is disconnected – Devices – My Kaspersky")
    expect(page.get_by_text("One seat of Kaspersky Security Cloud is free.")).to_be_visible()
    page.get_by_role("link", name="Anna’s laptop").click()
    expect(page.get_by_text("Anna’s laptop disconnected from Kaspersky Security Cloud")).to_be_visible()


def disconnect_by_license(page, javascript: bool):
    """The way that printed guides describe: the license, its device, “Disconnect device”."""
    open_tab(page, "Licenses")
    page.get_by_role("link", name="Kaspersky Security Cloud", exact=True).click()
    expect(page.get_by_role("meter")).to_have_attribute("aria-valuetext", "1 of 3")
    page.get_by_role("link", name="Anna’s desktop").click()
    disconnect(page, "Anna’s desktop", javascript)
    open_tab(page, "Licenses")
    expect(page.get_by_text("3 seats free")).to_be_visible()


def disconnect(page, name: str, javascript: bool, *, hesitate: bool = False):
    """Press “Disconnect device” and answer the question: a dialog with script, a page without."""
    question = page.get_by_role("dialog") if javascript else page.get_by_role("main")
    link = page.get_by_role("link", name="Disconnect device")
    if javascript:
        expect(link).to_have_attribute("aria-haspopup", "dialog")  # its script has arrived
    if hesitate:
        link.click()
        expect(question.get_by_role("heading", name=f"Disconnect {name}?")).to_be_visible()
        question.get_by_text("Cancel", exact=True).click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(page.get_by_role("heading", name=f"Disconnect {name}?")).to_have_count(0)
    link.click()
    expect(question.get_by_text("Files on the device are not touched.")).to_be_visible()
    question.get_by_role("button", name="OK").click()
    expect(page.get_by_role("heading", name=f"{name} is disconnected")).to_be_visible()


def change_name_and_language(page):
    open_tab(page, "Account")
    page.get_by_role("link", name="Change name").click()
    page.get_by_label("Name").fill("Anna Lindqvist")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Your name is saved.")).to_be_visible()
    expect(page.get_by_text("Anna Lindqvist")).to_be_visible()
    for label, language in (("Deutsch", "de"), ("English", "en")):
        choice = page.get_by_role("combobox")
        choice.select_option(label=label)
        page.locator("form", has=choice).get_by_role("button").click()
        expect(page.locator("html")).to_have_attribute("lang", language)


def sign_out(page):
    menu = page.get_by_role("button", name="Menu", exact=True)
    (menu if menu.is_visible() else page.get_by_role("button", name="Account menu")).click()
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to your account")).to_be_visible()
    page.goto("/licenses/")
    expect(page.get_by_role("heading", name="Sign in to your account")).to_be_visible()


def open_tab(page, name: str):
    """Open one of the tabs at the top; on a small screen they are behind ☰."""
    menu = page.get_by_role("button", name="Menu", exact=True)
    if menu.is_visible():
        menu.click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()


def sign_in(page):
    page.get_by_role("textbox", name="Email address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_link_opened_in_another_browser(open_page, security_cloud, deliver_mail):
    code = fresh_code(security_cloud)
    computer, phone = open_page(), open_page(NARROW)
    type_code(computer, code, javascript=True)
    register(computer)
    expect(computer.get_by_role("heading", name="Check your inbox")).to_be_visible()
    deliver_mail()
    phone.goto("/dev/mail/")
    phone.get_by_role("link", name="Verify your email address").click()
    phone.frame_locator("iframe").get_by_role("link", name="Verify email address").click()
    expect(phone.get_by_text(f"It ends in {code[-5:]}.")).to_be_visible()
    phone.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.get_by_role("button", name="Save and open my account").click()
    expect(phone.get_by_role("heading", name="Your email address is verified.")).to_be_visible()
    add_waiting_code(phone, code)


REFUSALS = {
    "somebody-else": "This code belongs to another account.",
    "typing-mistake": "There is a typing mistake in group 1.",
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refused_code_stays_in_its_field(case, open_page, javascript, customer, other_customer, security_cloud):
    code = fresh_code(security_cloud)
    if case == "typing-mistake":
        code = ("0" if code[0] == "1" else "1") + code[1:]
    else:
        redeem_code(user=other_customer, text=code, at=now())
    before = License.objects.count()
    page = open_page(NARROW, javascript=javascript, user=customer)
    page.goto("/licenses/")
    field = page.get_by_role("textbox", name="Add activation code")
    field.fill(code)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page).to_have_title("Error: Licenses – My Kaspersky")
    expect(page.get_by_text(REFUSALS[case])).to_be_visible()
    expect(field).to_have_value(code)
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile(re.escape(REFUSALS[case])))
    assert License.objects.count() == before


def test_full_license_leads_to_the_device_unseen_for_longest(person, javascript, security_cloud, customer):
    license = LicenseFactory(owner=customer, product=security_cloud.product, terms__plan=security_cloud)
    for name, unseen in (("Kitchen PC", 2), ("Study PC", 378), ("Tablet", 12)):
        SeatFactory(license=license, device=DeviceFactory(owner=customer, name=name, last_seen_at=days(-unseen)))
    person.goto("/devices/")
    sign_in(person)
    banner = person.get_by_role("region", name="All 3 seats of Kaspersky Security Cloud are in use")
    banner.get_by_role("link", name="Open Study PC").click()
    disconnect(person, "Study PC", javascript)
    expect(banner).to_have_count(0)
    assert license.seats.held().count() == 2
