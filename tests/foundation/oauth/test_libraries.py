"""Standard libraries sign in, renew and sign out, over real HTTP, with nothing but the discovery document."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE
from django.test import Client
from requests_oauthlib import OAuth2Session

from portal.foundation.oauth.models import SignIn
from portal.foundation.oauth.services import register_client
from tests.factories import PASSWORD
from tests.foundation.oauth.apps import ACTIVATE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_wait")]
CALLBACK = "http://127.0.0.1:5123/callback"
SCOPE = "openid email devices"
NODE = Path(__file__).resolve().parents[2] / "node"
NO_NODE = "No Node: install nodejs and npm."


@pytest.fixture
def portal(live_server, settings, monkeypatch):
    """The portal at its own address; it is on this computer, so libraries may do without TLS."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    settings.PORTAL_URL = live_server.url
    register_client(id="demo-windows", name="Kaspersky for Windows", kind="native")
    return live_server.url


@pytest.fixture
def discovered(portal) -> dict:
    return requests.get(f"{portal}/.well-known/openid-configuration", timeout=30).json()


@pytest.fixture
def visit(customer):
    """Return a function that opens an address as the customer's browser would, and says where it was sent."""
    browser = Client()
    browser.post("/account/login/", {"login": customer.email, "password": PASSWORD})

    def visit(address: str) -> str:
        parts = urlsplit(address)
        return browser.get(f"{parts.path}?{parts.query}")["Location"]

    visit.browser = browser
    return visit


def confirm(visit, user_code: str) -> None:
    answer = visit.browser.post(ACTIVATE, {"code": user_code, "action": "confirm"})
    assert "The device is signed in" in answer.content.decode()


def email_of(session, discovered) -> str:
    return session.get(discovered["userinfo_endpoint"], timeout=30).json()["email"]


def test_authlib(discovered, visit, customer):
    with AuthlibSession(
        "demo-windows",
        scope=SCOPE,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="none",
        revocation_endpoint_auth_method="none",
    ) as session:
        verifier = "v" * 64
        address, _state = session.create_authorization_url(discovered["authorization_endpoint"], code_verifier=verifier)
        token_endpoint = discovered["token_endpoint"]
        first = session.fetch_token(token_endpoint, authorization_response=visit(address), code_verifier=verifier)
        assert email_of(session, discovered) == customer.email
        second = session.refresh_token(token_endpoint, refresh_token=first["refresh_token"])
        assert second["access_token"] != first["access_token"]
        assert email_of(session, discovered) == customer.email
        session.revoke_token(discovered["revocation_endpoint"], token=second["refresh_token"])
        assert SignIn.objects.get().end == SignIn.End.SIGNED_OUT


def test_authlib_on_a_device(discovered, visit, customer):
    with AuthlibSession("demo-windows", token_endpoint_auth_method="none") as session:
        fields = {"client_id": "demo-windows", "scope": SCOPE, "device_name": "TV"}
        asked = requests.post(discovered["device_authorization_endpoint"], data=fields, timeout=30).json()
        confirm(visit, asked["user_code"])
        session.fetch_token(
            discovered["token_endpoint"], grant_type=DEVICE_CODE_GRANT_TYPE, device_code=asked["device_code"]
        )
        assert email_of(session, discovered) == customer.email
    assert SignIn.objects.get().device_name == "TV"


def test_requests_oauthlib(discovered, visit, customer):
    with OAuth2Session("demo-windows", scope=SCOPE.split(), redirect_uri=CALLBACK, pkce="S256") as session:
        address, _state = session.authorization_url(discovered["authorization_endpoint"])
        token_endpoint = discovered["token_endpoint"]
        answer = visit(address).replace("http://127.0.0.1", "https://127.0.0.1")
        first = session.fetch_token(token_endpoint, authorization_response=answer, include_client_id=True)
        assert email_of(session, discovered) == customer.email
        second = session.refresh_token(token_endpoint, refresh_token=first["refresh_token"], client_id="demo-windows")
        assert second["access_token"] != first["access_token"]
        assert email_of(session, discovered) == customer.email
        session.post(
            discovered["revocation_endpoint"],
            data={"token": second["access_token"], "client_id": "demo-windows"},
            withhold_token=True,
        )
    assert SignIn.objects.get().end == SignIn.End.SIGNED_OUT


def test_store_with_authlib(discovered):
    client, secret = register_client(id="demo-store", name="Store", kind="store")
    with AuthlibSession(client.pk, secret, scope="orders") as session:
        token = session.fetch_token(discovered["token_endpoint"], grant_type="client_credentials")
    assert token["scope"] == "orders"


@pytest.fixture(scope="module")
def node() -> str:
    """Return the program, with the packages of tests/node installed; without Node skip the test, but fail it in CI."""
    program, npm = shutil.which("node"), shutil.which("npm")
    give_up = pytest.fail if os.environ.get("CI") else pytest.skip
    if not program or not npm:
        give_up(NO_NODE)
    if not installed():
        quietly = ["--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        answer = subprocess.run([npm, "install", *quietly], cwd=NODE, capture_output=True, text=True)
        if answer.returncode:
            give_up(f"npm install failed: {answer.stderr}")
    return program


def installed() -> bool:
    """Tell whether the versions that are wanted are there."""
    wanted = json.loads((NODE / "package.json").read_text())["dependencies"]
    found = {name: NODE / "node_modules" / name / "package.json" for name in wanted}
    return all(
        path.exists() and json.loads(path.read_text())["version"] == wanted[name] for name, path in found.items()
    )


@pytest.mark.parametrize("way", ["browser", "device"])
def test_openid_client_of_node(node, portal, visit, customer, way, settings):
    settings.IDP_OIDC_DEVICE_CODE_INTERVAL = 1  # it refuses to ask without a pause
    command = [node, NODE / "sign_in.mjs", portal, way]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=NODE, text=True, **pipes) as app:
        line = app.stdout.readline()
        question = json.loads(line or app.stderr.read())
        answer = visit(question["open"]) if way == "browser" else confirm(visit, question["confirm"])
        said, errors = app.communicate(f"{answer}\n\n", timeout=60)
    assert errors == ""
    assert json.loads(said) == {"email": customer.email, "old": "dead", "late": "invalid_grant"}
    assert SignIn.objects.get().end == SignIn.End.SIGNED_OUT
