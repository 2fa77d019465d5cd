"""Whatever is sent to the endpoints, none of them breaks: a refusal is an answer, a server error is not."""

from itertools import product as combinations
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.factories import AppFactory
from tests.foundation.oauth.apps import AUTHORIZE, DEVICE_CODE, DEVICE_GRANT, REVOKE, TOKEN, USERINFO, Product

pytestmark = pytest.mark.django_db

ODD = ["", " ", "ü", "\x00", "\ud800".encode("utf-8", "surrogatepass"), "%", "%zz", "[]", "{}", "null", "x" * 9000]
ODD += [
    "http://[",
    "https://a:b",
    "//",
    "-1",
    "9" * 400,
    "\r\nX: y",
    "a b\tc",
    "👩‍💻",
    "' OR 1=1 --",
    "../../etc/passwd",
]
NAMES = ["client_id", "client_secret", "grant_type", "code", "refresh_token", "device_code", "redirect_uri", "scope"]
NAMES += ["code_verifier", "device_name", "resource", "token", "token_type_hint", "username", "assertion"]
ASKED = ["client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt", "max_age"]
ASKED += ["code_challenge", "code_challenge_method", "id_token_hint", "login_hint", "acr_values", "claims", "display"]
ASKED += ["request", "request_uri", "resource", "ui_locales", "registration"]


@pytest.fixture
def http():
    """A client that hands back a server error instead of raising it."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "grant"),
    [
        *((TOKEN, grant) for grant in ("authorization_code", "refresh_token", "client_credentials", DEVICE_GRANT, "x")),
        (REVOKE, ""),
        (DEVICE_CODE, ""),
    ],
)
def test_odd_fields(http, app, address, grant, settings):
    settings.IDP_OIDC_RATE_LIMITS = False
    for name, value in combinations(NAMES, ODD):
        fields = {"client_id": app.pk, "grant_type": grant, "code": "x", "refresh_token": "x", name: value}
        answer = http.post(address, urlencode(fields), content_type="application/x-www-form-urlencoded")
        assert answer.status_code < 500, (name, value)


@pytest.mark.parametrize("skip_consent", [True, False])
def test_odd_questions(http, customer, skip_consent):
    http.force_login(customer)
    asked = Product(AppFactory(skip_consent=skip_consent)).question()
    for name, value in combinations(ASKED, ODD):
        assert http.get(AUTHORIZE, {**asked, name: value}).status_code < 500, (name, value)
    for name in ASKED:
        assert http.post(AUTHORIZE, {**asked, name: "\x00"}).status_code < 500, name


@pytest.mark.parametrize("address", [TOKEN, REVOKE, DEVICE_CODE, USERINFO])
def test_odd_headers(http, address):
    for value in (value for value in ODD if isinstance(value, str) and "\r" not in value):
        for scheme in ("Basic", "Bearer", ""):
            answer = http.post(address, {"token": "x"}, headers={"Authorization": f"{scheme} {value}"})
            assert answer.status_code < 500, (scheme, value)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", "x", ""])
@pytest.mark.parametrize("address", [TOKEN, REVOKE, DEVICE_CODE, USERINFO, AUTHORIZE])
def test_odd_bodies(http, address, kind):
    for body in (b"", b"{", b"\xff\xfe", b"a=%00", b"[" * 10_000):
        assert http.post(address, body, content_type=kind).status_code < 500, body


@pytest.mark.parametrize("address", [TOKEN, REVOKE, DEVICE_CODE])
def test_only_post_is_answered(http, address):
    for method in (http.get, http.put, http.delete, http.patch):
        assert method(address).status_code == 405


def test_parameter_that_comes_twice_is_read_once(http, app):
    body = f"client_id={app.pk}&client_id=other&grant_type=refresh_token&refresh_token=a&refresh_token=b"
    answer = http.post(TOKEN, body, content_type="application/x-www-form-urlencoded")
    assert answer.json()["error"] == "invalid_grant"
