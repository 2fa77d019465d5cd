"""Signing in on a device, in a real Chromium: through every form to the app’s own door, and by a code."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from portal.foundation.oauth.models import SignIn
from tests.factories import PASSWORD, AppFactory
from tests.foundation.oauth.apps import AUTHORIZE, Product
from tests.foundation.oauth.callback import door

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def app_door():
    with door() as server:
        yield server


@pytest.fixture
def app():
    return AppFactory(id="test-app", name="Security Cloud")


def address(app, app_door, **wishes) -> str:
    product = Product(app)
    return f"{AUTHORIZE}?{urlencode(product.question(redirect_uri=app_door.address, **wishes))}"


def arrive(page, app_door) -> None:
    """The browser stands at the app's door, with a code."""
    expect(page.get_by_role("heading", name="You are signed in")).to_be_visible()
    assert parse_qs(urlsplit(app_door.answer).query)["code"]


def type_password(page, customer, button: str) -> None:
    if page.get_by_label("Email address").is_visible():
        page.get_by_label("Email address").fill(customer.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name=button, exact=True).click()


def test_sign_in_form_leads_to_the_app(page, customer, app, app_door):
    page.goto(address(app, app_door))
    type_password(page, customer, "Sign in")
    arrive(page, app_door)


def test_password_once_more_leads_to_the_app(open_page, customer, app, app_door):
    page = open_page(user=customer)
    page.goto(address(app, app_door, prompt="login"))
    type_password(page, customer, "Continue")
    arrive(page, app_door)


def test_consent_leads_to_the_app(open_page, customer, app_door):
    page = open_page(user=customer)
    page.goto(address(AppFactory(skip_consent=False, name="Foreign app"), app_door))
    page.get_by_role("button", name="Allow").click()
    arrive(page, app_door)


def test_another_account_leads_to_the_app(open_page, customer, other_customer, app, app_door):
    page = open_page(user=other_customer)
    page.goto(address(app, app_door, prompt="select_account"))
    page.get_by_role("button", name="Use another account").click()
    type_password(page, customer, "Sign in")
    arrive(page, app_door)


def test_registering_leads_to_the_app(page, app, app_door, mailoutbox):
    page.goto(address(app, app_door, prompt="create"))
    page.get_by_label("Email address").fill("new@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()
    page.goto(next(line for line in mailoutbox[0].body.splitlines() if "/confirm-email/" in line).strip())
    page.get_by_role("button", name="Verify email address").click()
    arrive(page, app_door)


@pytest.mark.parametrize("javascript", [True, False])
def test_device_with_a_code(open_page, customer, app, javascript):
    device = Product(app)
    asked = device.ask_for_code(device_name="Living room TV").json()
    page = open_page(javascript=javascript)
    page.goto("/activate/")
    type_password(page, customer, "Sign in")
    page.get_by_label("Code on the device").fill(asked["user_code"].lower().replace("-", " "))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Is this device in front of you?")).to_be_visible()
    expect(page.get_by_text("Living room TV")).to_be_visible()
    page.get_by_role("button", name="Yes, sign it in").click()
    expect(page.get_by_role("heading", name="The device is signed in")).to_be_visible()
    assert device.poll(asked["device_code"]).status_code == 200
    assert SignIn.objects.get().user == customer
