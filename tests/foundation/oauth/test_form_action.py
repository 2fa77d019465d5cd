"""The policy lets a form's redirect reach the one app that waits behind the page, and nothing else."""

from urllib.parse import urlencode

import pytest

from tests.factories import AppFactory
from tests.foundation.oauth.apps import AUTHORIZE, Product

pytestmark = pytest.mark.django_db


def form_action(response) -> str:
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    return policy["form-action"]


def behind(path: str, product, **changes) -> str:
    return f"{path}?{urlencode({'next': f'{AUTHORIZE}?{urlencode(product.question(**changes))}'})}"


@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/"])
def test_page_before_an_app_names_its_address(client, product, path):
    assert form_action(client.get(behind(path, product))) == "'self' http://127.0.0.1:5123"


def test_page_that_asks_for_the_password_again_names_it_too(product):
    assert (
        form_action(product.browser.get(behind("/account/reauthenticate/", product))) == "'self' http://127.0.0.1:5123"
    )


def test_consent_names_it(product):
    foreign = Product(AppFactory(skip_consent=False), product.browser)
    assert form_action(foreign.authorize()) == "'self' http://127.0.0.1:5123"


@pytest.mark.parametrize(
    "next_address", ["/licenses/", "https://evil.example.com/", "//evil.example.com/identity/o/authorize"]
)
def test_other_pages_name_nobody(client, next_address):
    assert form_action(client.get("/account/login/", {"next": next_address})) == "'self'"


@pytest.mark.parametrize(
    "change",
    [{"redirect_uri": "https://evil.example.com/callback"}, {"client_id": "made-up"}, {"redirect_uri": "http://[oops"}],
)
def test_address_that_no_app_registered_is_not_named(client, product, change):
    assert form_action(client.get(behind("/account/login/", product, **change))) == "'self'"


@pytest.mark.parametrize(
    ("registered", "named"),
    [
        ("com.example.app://callback", "'self' com.example.app:"),
        ("https://shop.example.com/callback", "'self' https://shop.example.com"),
        ("http://[::1]/callback", "'self'"),
    ],
)
def test_other_kinds_of_addresses(client, registered, named):
    app = Product(AppFactory(redirect_uris=registered))
    assert form_action(client.get(behind("/account/login/", app, redirect_uri=registered))) == named


@pytest.mark.parametrize("asked", ["http://x;script-src *@127.0.0.1:5123/callback", "http://127.0.0.1:5123;a/callback"])
def test_policy_cannot_be_widened_by_an_address(client, product, asked):
    answer = client.get(behind("/account/login/", product, redirect_uri=asked))
    assert form_action(answer) == "'self'"
    assert "script-src *" not in answer["Content-Security-Policy"]
    assert product.authorize(redirect_uri=asked).status_code == 400


def test_policy_cannot_be_widened_by_a_registered_address(client):
    registered = "https://shop.example.com; script-src *"
    app = Product(AppFactory(redirect_uris=registered))
    assert form_action(client.get(behind("/account/login/", app, redirect_uri=registered))) == "'self'"
