"""From the page “Protect another device” to the download on another computer, and to the store on a phone."""

from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect

from licenses.models import License
from tests.browser.conftest import NARROW
from tests.factories import PASSWORD, LicenseFactory

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"


@pytest.fixture
def license(customer, security_cloud) -> License:
    return LicenseFactory(owner=customer, product=security_cloud.product, terms__plan=security_cloud)


@pytest.fixture
def address(open_page, customer, license):
    """What Anna reads on her computer, and types on the other one."""
    page = open_page(user=customer)
    page.goto(f"/licenses/{license.pk}/")
    page.get_by_role("link", name="Show me the way").click()
    expect(page.get_by_role("heading", name="Scan this with the phone")).to_be_visible()
    return page.locator("#short").inner_text()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_address_leads_a_computer_to_the_download(open_page, customer, address, javascript):
    page = open_page(javascript=javascript, user_agent=WINDOWS)
    page.goto(f"http://{address}")
    expect(page.get_by_label("Email address")).to_have_value(customer.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("link", name="Download for Windows")).to_be_visible()


def test_address_leads_a_phone_to_its_store(open_page, customer, address):
    page = open_page(NARROW, user_agent=ANDROID)
    leads_to = f"http://{address}"
    for _step in ("of the link", "of the store's page"):
        leads_to = urljoin(leads_to, page.request.get(leads_to, max_redirects=0).headers["location"])
    assert leads_to == "https://play.google.com/store/search?c=apps&q=Kaspersky%20Security%20Cloud"
    page.goto("/")
    expect(page.get_by_label("Email address")).to_have_value(customer.email)
