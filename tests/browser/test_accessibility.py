"""Every page in every state, light and dark, at 1280, 390 and 320 pixels: axe finds nothing, and nothing sticks out.

320 pixels is what is left of a wide screen at 400 % zoom.
"""

import re
from importlib.resources import files
from urllib.parse import urlencode

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils.timezone import now
from playwright.sync_api import expect

from devices.models import Device
from devices.services import issue_lease
from downloads.services import make_link, write_default_guides
from licenses import views as license_views
from licenses.models import License, Product, Seat
from licenses.services import archive_license, keep_code, redeem_code
from licenses.standing import State
from portal.demo.catalog import load_catalog
from portal.demo.clients import load_clients
from portal.demo.history import load_history
from portal.foundation.oauth.models import Grant
from tests.browser.conftest import NARROW, WIDE
from tests.factories import (
    PASSWORD,
    AppFactory,
    InstallerFactory,
    LicenseFactory,
    UserFactory,
    days,
    fresh_code,
)
from tests.foundation.oauth import apps

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
WIDTHS = (WIDE, NARROW, 320)
# Colors fade from one scheme to the other; axe would read what is between them.
STAND_STILL = """() => {
  const still = new CSSStyleSheet();
  still.replaceSync('*, ::before, ::after { transition: none !important; animation: none !important }');
  document.adoptedStyleSheets = [still];
}"""
RUN = """async options => {
  const { violations } = await axe.run(document, options);
  return violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`));
}"""
ALL_RULES = {"resultTypes": ["violations"], "preload": False}
# The rest of axe's rules look at the same markup in both schemes.
RULES_OF_COLOR = {**ALL_RULES, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
STICKS_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TITLE = re.compile(r"(Error: )?(?!–)\S(?:(?!– –).)*(?<!–) – My Kaspersky")


class Inspector:
    """Looks at one page after the other, as they stand in the browser, and keeps what is wrong with them."""

    def __init__(self, page):
        self.page = page
        self.faults = []

    def look(self, heading: str, address: str = "", *, state: str = "", widths=WIDTHS):
        """Look at the page with this heading; `address` opens it first, `state` says how it differs from others."""
        if address:
            self.page.goto(address)
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        name = f"{heading} ({state})" if state else heading
        if not TITLE.fullmatch(self.page.title()):
            self.note(name, [f"title: {self.page.title()!r}"])
        self.page.evaluate(AXE)
        self.page.evaluate(STAND_STILL)
        for width in widths:
            self.look_at_width(name, width)

    def look_at_width(self, name: str, width: int):
        self.page.set_viewport_size({"width": width, "height": 900})
        for scheme, rules in (("light", ALL_RULES), ("dark", RULES_OF_COLOR)):
            self.page.emulate_media(color_scheme=scheme)
            self.note(f"{name}, {width}, {scheme}", self.page.evaluate(RUN, rules))
        if out := self.page.evaluate(STICKS_OUT):
            self.note(f"{name}, {width}", [f"{out} pixels too wide"])

    def note(self, where: str, faults: list[str]):
        self.faults += [f"{where}: {fault}" for fault in faults]

    def press(self, name: str, role: str = "button"):
        self.page.get_by_role(role, name=name, exact=True).click()


@pytest.fixture
def inspect(open_page):
    """Return a function that gives a person an inspector beside them; in the end there are no faults."""
    inspectors = []

    def inspect(user=None):
        inspectors.append(Inspector(open_page(user=user, reduced_motion="reduce")))
        return inspectors[-1]

    yield inspect
    assert [fault for inspector in inspectors for fault in inspector.faults] == []


def test_inspector_sees_faults(inspect, db):
    at = inspect()
    at.page.goto("/")
    at.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
    at.page.evaluate("document.querySelector('h1').style.cssText = 'color: #ddd; width: 2000px'")
    at.page.evaluate("document.title = ' – My Kaspersky'")
    at.look("Sign in to your account", widths=[WIDE])
    found, at.faults = " ".join(at.faults), []
    for fault in ("button-name", "light: color-contrast", "pixels too wide", "title: "):
        assert fault in found


def test_ways_in(inspect, db):
    at = inspect()
    at.look("Sign in to your account", "/")
    at.page.get_by_label("Email address").fill("nobody@example.com")
    at.page.get_by_label("Password", exact=True).fill("wrong")
    at.press("Sign in")
    at.page.wait_for_url("**/login/")
    at.look("Sign in to your account", state="refused")
    at.look("Create your account", "/account/signup/")
    at.page.get_by_label("Email address").fill("new@example.com")
    at.page.get_by_label("Password", exact=True).fill("weak")
    at.press("Create account")
    expect(at.page).to_have_title("Error: Register – My Kaspersky")
    at.look("Create your account", state="refused")
    at.page.get_by_label("Password", exact=True).fill(PASSWORD)
    at.press("Create account")
    at.look("Check your inbox")
    at.press("Send it again")
    expect(at.page.get_by_text("A message is on its way already.")).to_be_visible()
    at.look("Check your inbox", state="too soon")


def test_ways_in_with_a_code(inspect, db):
    at = inspect()
    at.look("Start with your activation code", "/licenses/add/")
    at.page.get_by_label("Activation code", exact=True).fill("7KQ2M")
    at.press("Continue")
    expect(at.page.get_by_text("This code has 5 characters")).to_be_visible()
    at.look("Start with your activation code", state="refused")
    at.page.get_by_label("Activation code", exact=True).fill(fresh_code())
    at.press("Continue")
    at.look("Create your account", state="code waits")
    at.look("Sign in to your account", "/account/login/", state="code waits")
    at.look("Check your inbox", "/account/confirm-email/", state="nobody expected")
    at.page.get_by_role("button", name="Language: English").click()
    at.look("Check your inbox", state="choice of languages")


def test_way_in_after_the_sign_in_had_ended(inspect, customer):
    at = inspect()
    at.page.goto("/account/login/")
    at.page.get_by_label("Email address").fill(customer.email)
    for button in ("Sign in", "Sign in and go on"):
        at.page.get_by_label("Password", exact=True).fill(PASSWORD)
        at.press(button)
        at.page.get_by_role("textbox", name="Add activation code").fill(fresh_code())
        at.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        at.press("Add")
        at.look("Sign in to go on", state=button)


def test_links_that_verify(inspect, complaints, customer, monkeypatch):
    at = inspect()
    verified = EmailAddress.objects.get(user=customer)
    address = EmailAddress.objects.get(user=UserFactory(verified=False))
    with monkeypatch.context() as past:
        past.setattr("django.core.signing.time.time", lambda: days(-2).timestamp())
        old = EmailConfirmationHMAC(address).key
    link = f"/account/confirm-email/{EmailConfirmationHMAC(address).key}/"
    keep_code(user=address.user, text=fresh_code(), at=now())
    at.look("Choose your password", link)
    at.page.get_by_label("Password", exact=True).fill("weak")
    at.press("Save and open my account")
    expect(at.page.get_by_label("Password", exact=True)).to_have_attribute("aria-invalid", "true")
    at.look("Choose your password", state="refused")
    at.look("Close this account?", f"{link}close/")
    change = EmailAddress.objects.create(user=customer, email="anna@new.example")
    at.look("Sign in to change the address", f"/account/confirm-email/{EmailConfirmationHMAC(change).key}/")
    inspect(customer).look("Verify your email address", f"/account/confirm-email/{EmailConfirmationHMAC(change).key}/")
    at.look("This link was used already", f"/account/confirm-email/{EmailConfirmationHMAC(verified).key}/")
    at.look("This link has expired", f"/account/confirm-email/{old}/")
    at.look("This link doesn’t work", "/account/confirm-email/nonsense/")
    forget(complaints, 410, 404)


def test_new_password(inspect, customer):
    at = inspect()
    at.look("Reset your password", "/account/password/reset/")
    at.page.get_by_label("Email address").fill(customer.email)
    at.press("Send the link")
    at.look("Check your inbox", state="new password")
    at.look("This link doesn’t work any more", "/account/password/reset/key/1-nonsense/")
    key = f"{user_pk_to_url_str(customer)}-{default_token_generator.make_token(customer)}"
    at.look("Choose a new password", f"/account/password/reset/key/{key}/")
    at.page.get_by_label("New password").fill("weak")
    at.press("Save password")
    expect(at.page.get_by_label("New password")).to_have_attribute("aria-invalid", "true")
    at.look("Choose a new password", state="refused")
    at.page.get_by_label("New password").fill(PASSWORD + "x")
    at.press("Save password")
    at.look("Your password is changed")
    at.look("This account is closed", "/account/inactive/")


def test_pages_of_a_new_customer(inspect, customer):
    keep_code(user=customer, text=fresh_code(), at=now())
    at = inspect(customer)
    at.look("Licenses", "/licenses/", state="none, and a code waits")
    at.look("Archived licenses", "/licenses/archived/", state="none")
    at.look("Devices", "/devices/", state="none")
    at.look("Downloads", "/downloads/", state="none")


@pytest.fixture
def everything(customer):
    """A customer with all that the demonstration knows, small installers, and a long name."""
    load_catalog()
    load_clients({})
    load_history(customer)
    for product in Product.objects.filter(slug__in=["security-cloud", "total-security", "anti-virus"]):
        InstallerFactory(product=product, requirements="Windows 10 or 11, 64-bit\n2 GB of memory")
        write_default_guides(product=product, platforms=["windows"])
    Device.objects.filter(name="Kitchen PC").update(name="The computer that everybody in the kitchen uses " + "w" * 32)
    return customer


def test_licenses(inspect, everything):
    put_away = LicenseFactory(owner=everything, terms__starts_at=days(-400), terms__ends_at=days(-35))
    archive_license(license=put_away, actor=everything, at=now())
    standings = License.objects.for_user(everything).standings(now())
    at = inspect(everything)
    at.look("Licenses", "/licenses/")
    at.look("Licenses", f"/licenses/?added={standings[0].license.pk}", state="added")
    at.look("Archived licenses", "/licenses/archived/")
    one_of_each = {(one.state, one.is_full, one.plan.kind): one for one in standings}
    assert {one.state for one in standings} == set(State)
    for one in one_of_each.values():
        at.look(one.product.name, one.license.get_absolute_url(), state=one.state.label)


def test_refused_codes(inspect, customer, other_customer):
    taken, yours = fresh_code(), fresh_code()
    redeem_code(user=other_customer, text=taken, at=now())
    redeem_code(user=customer, text=yours, at=now())
    at = inspect(customer)
    at.page.goto("/licenses/")
    for text, refusal in {
        "7KQ2M": "has 5 characters",
        taken: "another account",
    }.items():
        at.page.get_by_role("textbox", name="Add activation code").fill(text)
        at.press("Add")
        expect(at.page.get_by_text(refusal)).to_be_visible()
        at.look("Licenses", state=refusal)
    at.page.get_by_role("textbox", name="Add activation code").fill(yours)
    at.press("Add")
    at.look(License.objects.get(owner=customer).product.name, state="added already")


def test_devices(inspect, everything):
    gone, away = Device.objects.get(name="Old netbook"), Device.objects.get(name="Study PC")
    for name, held in (("Study PC", ""), ("Galaxy Tab", ""), ("Galaxy Tab", "shown by a second machine")):
        issue_lease(seat=Seat.objects.held().filter(device__name=name).first(), held=held, at=now())
    at = inspect(everything)
    at.look("Devices", "/devices/")
    at.look("Devices", f"/devices/?gone={gone.pk}", state="one is gone")
    for device in (gone, Device.objects.get(name="Office phone"), Device.objects.get(name="Galaxy Tab"), away):
        at.look(device.name, f"/devices/{device.pk}/")
    at.page.get_by_role("link", name="Disconnect device").click()
    expect(at.page.get_by_role("dialog")).to_be_visible()
    at.look(away.name, state="dialog")
    at.look("Disconnect Study PC?", f"/devices/{away.pk}/disconnect/")
    seat = Seat.objects.held().filter(device__name="Anna’s laptop").select_related("license__product").first()
    alone = f"/devices/{seat.device_id}/disconnect/{seat.license_id}/"
    at.look(f"Disconnect Anna’s laptop from {seat.license.product.name}?", alone)
    at.look("Rename device", f"/devices/{away.pk}/rename/")
    at.page.get_by_role("textbox").fill("  ")
    at.press("Save")
    expect(at.page).to_have_title(re.compile("^Error: "))
    at.look("Rename device", state="refused")


def test_page_of_the_api(inspect, db):
    at = inspect()
    at.look("API for programs", "/api/")
    at.look("API for programs", "/api/#seat_limit", state="code")


def test_downloads(inspect, complaints, everything):
    at = inspect(everything)
    for platform in ("windows", "mac", "mobile"):
        at.look("Downloads", f"/downloads/{platform}/", state=platform)
    at.look("Downloads", "/downloads/windows/security-cloud/", state="file box")
    guide = "/downloads/{}/security-cloud/guide/"
    at.look("Set up Kaspersky Security Cloud on Windows", guide.format("windows"))
    at.look("Set up Kaspersky Security Cloud on a phone or tablet", guide.format("mobile"))
    at.look("Kaspersky Security Cloud", "/downloads/mobile/security-cloud/open/")
    locked = Product.objects.get(slug="anti-virus").installers.get()
    at.look("Kaspersky Anti-Virus is locked", locked.get_absolute_url())
    missing = Product.objects.get(slug="security-cloud").installers.get()
    missing.file.delete(save=False)
    at.look("The file is not available right now", missing.get_absolute_url())
    forget(complaints, 403, 503)


def link_of(license) -> str:
    """The link for another device, without the host."""
    return make_link(license=license, at=now()).removeprefix(settings.PORTAL_URL)


def test_protecting_another_device(inspect, complaints, everything):
    roomy, full = (everything.licenses.get(product__slug=slug) for slug in ("security-cloud", "total-security"))
    at = inspect(everything)
    at.look("Protect another device", "/downloads/another-device/")
    for platform in ("windows", "mac", "mobile"):
        at.look("Protect another device", f"/downloads/another-device/{roomy.pk}/{platform}/", state=platform)
    at.press("Send the link to me")
    expect(at.page.get_by_role("heading", name="The link is on its way")).to_be_visible()
    at.look("Protect another device", state="sent")
    at.look("Protect another device", f"/downloads/another-device/{full.pk}/", state="full")
    at.look("Choose a license", "/downloads/another-device/choose/")
    at.look("This link belongs to another account", link_of(LicenseFactory()))
    at.look("This link doesn’t work", "/go/7KQ2M-X9BW3")
    forget(complaints, 403, 404)


def test_protecting_another_device_without_a_license(inspect, customer):
    at = inspect(customer)
    at.look("Protect another device", "/downloads/another-device/", state="none")


def test_signing_in_a_device(inspect, customer):
    at, device = inspect(customer), apps.Product(AppFactory(name="Kaspersky for Windows"))
    codes = [device.ask_for_code(device_name="Living room TV").json()["user_code"] for _number in range(2)]
    at.look("Sign in on a device", "/activate/")
    at.look("Sign in on a device", "/activate/?code=BBBB-BBBB", state="refused")
    for code, button, heading in zip(
        codes, ("Yes, sign it in", "No"), ("The device is signed in", "The device was turned away"), strict=True
    ):
        at.look("Is this device in front of you?", f"/activate/?code={code}", state=button)
        at.press(button)
        at.look(heading)
    cache.clear()  # the tries of a minute


def test_code_that_ran_out_meanwhile(inspect, complaints, customer):
    at, device = inspect(customer), apps.Product(AppFactory())
    at.page.goto(f"/activate/?code={device.ask_for_code().json()['user_code']}")
    Grant.objects.all().delete()
    at.press("Yes, sign it in")
    at.look("This code is no longer valid")
    complaints.clear()  # it comes with 410


def test_letting_an_app_in(inspect, complaints, customer):
    at, app = inspect(customer), apps.Product(AppFactory(name="Foreign app", skip_consent=False))
    at.look("Allow Foreign app?", f"{apps.AUTHORIZE}?{urlencode(app.question())}")
    at.look("Which account?", f"{apps.AUTHORIZE}?{urlencode(app.question(prompt='select_account'))}")
    at.look("This sign-in cannot go on", f"{apps.AUTHORIZE}?{urlencode(app.question(client_id='x'))}")
    complaints.clear()  # that one comes with 400


def test_account(inspect, customer):
    at = inspect(customer)
    at.look("Account and security", "/account/")
    at.page.set_viewport_size({"width": WIDE, "height": 900})
    at.page.get_by_role("button", name="Account menu").click()
    at.look("Account and security", state="menu", widths=[WIDE])
    at.page.reload()
    at.page.set_viewport_size({"width": NARROW, "height": 900})
    at.press("Menu")
    at.look("Account and security", state="tabs behind ☰", widths=[NARROW, 320])
    at.look("Your name", "/account/name/")
    at.page.get_by_role("textbox", name="Name").fill("Anna Lindqvist")
    at.press("Save")
    at.look("Account and security", state="name saved")
    at.look("Your time zone", "/account/time-zone/")
    at.look("Sign out?", "/account/logout/")


def test_account_behind_the_password(inspect, customer):
    at = inspect(customer)
    at.look("Change email address", "/account/email/")
    at.page.get_by_label("New email address").fill("anna.new@example.com")
    at.press("Change address")
    at.look("Confirm that it is you")
    at.page.get_by_label("Password", exact=True).fill("wrong")
    at.press("Continue")
    expect(at.page).to_have_title(re.compile("^Error: "))
    at.look("Confirm that it is you", state="refused")
    at.page.get_by_label("Password", exact=True).fill(PASSWORD)
    at.press("Continue")
    at.look("Change email address", state="waits")
    at.look("Change password", "/account/password/change/")
    at.page.get_by_label("Current password").fill("wrong")
    at.page.get_by_label("New password").fill("weak")
    at.press("Save password")
    expect(at.page).to_have_title(re.compile("^Error: "))
    at.look("Change password", state="refused")


def test_error_pages(inspect, complaints, customer, settings, monkeypatch):
    at = inspect(customer)
    at.look("We could not read this request", "/licenses/?added=%00")
    at.look("This isn’t yours to open", "/admin/")
    at.look("This page isn’t here", "/licenses/999/")
    at.page.goto("/licenses/")
    at.page.evaluate("document.querySelector('#code').form.action = '/devices/'")
    at.page.get_by_role("textbox", name="Add activation code").fill("7KQ2M")
    at.press("Add")
    at.look("This address is not a page")
    monkeypatch.setattr(license_views, "render_index", lambda *args, **kwargs: 1 / 0)
    at.look("Something broke on our side", "/licenses/")
    at = inspect()
    at.page.goto("/account/password/reset/")
    at.page.get_by_label("Email address").fill("anna@example.com")
    at.page.context.clear_cookies(name="csrftoken")
    at.press("Send the link")
    at.look("This form was open too long")
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    for heading in ("Check your inbox", "Too many tries"):
        at.page.goto("/account/password/reset/")
        at.page.get_by_label("Email address").fill("anna@example.com")
        at.press("Send the link")
        expect(at.page.get_by_role("heading", name=heading)).to_be_visible()
    at.look("Too many tries")
    forget(complaints, 400, 403, 404, 405, 429, 500)


def test_mails_of_the_demonstration(inspect, complaints, deliver_mail):
    at = inspect()
    at.look("Mails of the demonstration", "/dev/mail/", state="none")
    Client().post("/account/signup/", {"email": "new@example.com", "password1": PASSWORD})
    deliver_mail()
    at.look("Mails of the demonstration", "/dev/mail/")
    at.page.get_by_role("link", name="Verify your email address").click()
    at.look("Verify your email address", state="page")
    at.look("Verify your email address", f"{at.page.url}html/", state="as mail programs show it")
    forget(complaints, 404)  # outside of its frame a browser looks for an icon


def forget(complaints, *statuses):
    """Leave out that the page itself was refused, which the test wanted."""
    wanted = re.compile("|".join(f"status of {status}|^{status} " for status in statuses))
    complaints[:] = [text for text in complaints if not wanted.search(text)]
