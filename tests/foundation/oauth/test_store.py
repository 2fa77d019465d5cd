"""A store signs in for itself, with its secret, for orders only."""

from base64 import b64encode

import pytest
from django.test import Client

from portal.foundation.oauth.bearer import find_caller
from portal.foundation.oauth.models import Grant, SignIn
from portal.foundation.oauth.services import give_secret, register_client
from tests.foundation.oauth.apps import REVOKE, TOKEN
from tests.foundation.oauth.conftest import request_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    client, secret = register_client(id="web-store", name="Web store", kind="store")
    client.plain = secret
    return client


def ask(store, secret=None, **fields):
    fields = {
        "grant_type": "client_credentials",
        "client_id": store.pk,
        "client_secret": secret or store.plain,
    } | fields
    return Client().post(TOKEN, fields)


def test_store_gets_a_token_for_orders_and_no_sign_in(store):
    tokens = ask(store).json()
    caller = find_caller(request_with(tokens["access_token"]))
    assert (caller.client, caller.user, caller.sign_in, caller.scopes) == (store, None, None, {"orders"})
    assert "refresh_token" not in tokens
    assert not SignIn.objects.exists()
    assert not Grant.objects.exists()


@pytest.mark.parametrize("encode", [str, lambda text: "".join(f"%{ord(letter):02X}" for letter in text)])
def test_secret_may_come_in_the_header_encoded_or_not(store, encode):
    pair = b64encode(f"{encode(store.pk)}:{encode(store.plain)}".encode()).decode()
    answer = Client().post(TOKEN, {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {pair}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("header", ["Basic", "Basic x", "Basic Og==", "Basic w7w6w7w=", "Bearer x"])
def test_broken_header_is_refused(store, header):
    answer = Client().post(TOKEN, {"grant_type": "client_credentials"}, headers={"Authorization": header})
    assert answer.status_code in {400, 401}


def test_wrong_secret_is_refused(store):
    assert ask(store, "x" * 64).json()["error"] == "invalid_client"


def test_store_may_ask_for_orders_only(store):
    assert ask(store, scope="devices").json()["error"] == "invalid_scope"


def test_new_secret_replaces_the_old_one(store):
    old, store.plain = store.plain, give_secret(client=store)
    assert ask(store, old).status_code == 401
    assert ask(store).status_code == 200


def test_secret_is_not_in_the_database(store):
    store.refresh_from_db()
    assert store.plain not in store.secret
    assert len(store.plain) == 64


def test_registering_again_keeps_the_secret(store):
    again, secret = register_client(id="web-store", name="New name", kind="store")
    assert (again.name, secret) == ("New name", None)
    assert ask(store).status_code == 200


def test_app_on_a_device_has_no_secret_and_cannot_sign_in_for_itself(db):
    app, secret = register_client(id="some-app", name="Some app", kind="native")
    assert secret is None
    for field in ("", "x"):
        answer = Client().post(TOKEN, {"grant_type": "client_credentials", "client_id": app.pk, "client_secret": field})
        assert answer.status_code in {400, 401}


def test_store_revokes_its_own_token(store):
    token = ask(store).json()["access_token"]
    fields = {"client_id": store.pk, "client_secret": store.plain, "token": token}
    assert Client().post(REVOKE, fields).status_code == 200
    assert find_caller(request_with(token)) is None
