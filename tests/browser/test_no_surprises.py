"""Small things that people rely on: keys, focus, one press is one deed, little to load."""

from threading import Thread

import pytest
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import expect

from licenses.models import License
from tests.browser.conftest import NARROW
from tests.factories import DeviceFactory, LicenseFactory, SeatFactory, fresh_code

MOST_BYTES = 60_000
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"


@pytest.fixture
def device(customer):
    return SeatFactory(
        license=LicenseFactory(owner=customer), device=DeviceFactory(owner=customer, name="Kitchen PC")
    ).device


def test_dialog_by_keyboard(open_page, customer, device):
    page = open_page(user=customer)
    page.goto(f"/devices/{device.pk}/")
    trigger = page.get_by_role("link", name="Disconnect device")
    trigger.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(trigger).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="OK")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kitchen PC is disconnected")).to_be_visible()


def test_click_beside_the_dialog_closes_it(open_page, customer, device):
    page = open_page(user=customer)
    page.goto(f"/devices/{device.pk}/")
    page.get_by_role("link", name="Disconnect device").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.mouse.click(5, 5)
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert device.seats.held().exists()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_tabs_behind_the_menu_by_keyboard(open_page, customer, javascript):
    page = open_page(NARROW, javascript=javascript, user=customer)
    page.goto("/licenses/")
    tabs = page.get_by_role("navigation", name="Main")
    expect(tabs).to_be_hidden()
    menu = page.get_by_role("button", name="Menu", exact=True)
    menu.focus()
    page.keyboard.press("Enter")
    expect(tabs).to_be_visible()
    page.keyboard.press("Escape")
    expect(tabs).to_be_hidden()
    expect(menu).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(tabs.get_by_role("link", name="Licenses")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Devices – My Kaspersky")


def test_language_without_script(open_page):
    page = open_page(javascript=False)
    page.goto("/account/signup/")
    page.get_by_role("button", name="Language: English").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.url.endswith("/account/signup/")


def test_sign_out_without_script(open_page, customer):
    page = open_page(javascript=False, user=customer)
    page.goto("/devices/")
    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to your account")).to_be_visible()
    page.goto("/devices/")
    expect(page.get_by_role("heading", name="Sign in to your account")).to_be_visible()


def test_two_presses_are_one_deed(open_page, customer):
    page = open_page(user=customer)
    page.goto("/licenses/")
    page.get_by_role("textbox", name="Add activation code").fill(fresh_code())
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    for _press in range(2):
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="License added")).to_be_visible()
    assert len(sent) == License.objects.count() == 1


def test_support_key_is_copied(open_page, customer):
    license = LicenseFactory(owner=customer)
    page = open_page(user=customer, permissions=["clipboard-read", "clipboard-write"])
    page.goto(license.get_absolute_url())
    page.get_by_role("button", name="Copy support key").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == license.support_key


def test_password_is_shown_on_request(open_page):
    page = open_page()
    page.goto("/account/signup/")
    field = page.get_by_label("Password", exact=True)
    field.press_sequentially("Violet-7")
    expect(page.get_by_text("4 of 4 password rules met")).to_be_attached()
    page.get_by_role("button", name="Show password").click()
    expect(field).to_have_attribute("type", "text")


def test_phone_is_led_to_its_store(open_page, customer, security_cloud):
    LicenseFactory(owner=customer, product=security_cloud.product, terms__plan=security_cloud)
    page = open_page(NARROW, user=customer, user_agent=IPHONE)
    page.goto("/licenses/")
    page.get_by_role("link", name="Install on a device").click()
    expect(page.get_by_role("link", name="Mobile")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("link", name="App Store")).to_be_in_viewport()


@pytest.fixture
def as_installed(settings, tmp_path, live_server):
    """The address of a server that hands out static files as production does: hashed, compressed, to be kept."""
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    manifest = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": manifest}
    call_command("collectstatic", verbosity=0, interactive=False)
    server = ThreadedWSGIServer(("localhost", 0), WSGIRequestHandler)
    server.set_app(get_wsgi_application())
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_first_visit_loads_little(open_page, as_installed, customer, security_cloud):
    license = LicenseFactory(owner=customer, product=security_cloud.product, terms__plan=security_cloud)
    sizes = {"/": transferred(open_page(), as_installed, "/")}
    for address in ("/licenses/", license.get_absolute_url(), "/devices/", "/downloads/windows/security-cloud/"):
        sizes[address] = transferred(open_page(user=customer), as_installed, address)
    assert {address: size for address, size in sizes.items() if size > MOST_BYTES} == {}


def transferred(page, server: str, address: str) -> int:
    """Count all bytes that a browser without a cache receives for a page, headers included."""
    sizes = []
    browser = page.context.new_cdp_session(page)
    browser.send("Network.enable")
    browser.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(server + address, wait_until="networkidle")
    assert len(sizes) >= 6
    return sum(sizes)
