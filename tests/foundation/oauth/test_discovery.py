"""The discovery document is true: every endpoint that it names answers, and nothing is left out or made up."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from tests.foundation.oauth.apps import DEVICE_GRANT

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(client):
    return client.get("/.well-known/openid-configuration").json()


def test_document_says_what_is_offered(document, settings):
    assert document["issuer"] == settings.PORTAL_URL
    assert document["scopes_supported"] == ["openid", "email", "profile", "devices", "orders"]
    assert document["response_types_supported"] == ["code"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert set(document["grant_types_supported"]) == {
        *("authorization_code", "refresh_token", "client_credentials"),
        DEVICE_GRANT,
    }
    assert document["prompt_values_supported"] == ["consent", "create", "login", "none", "select_account"]


def test_every_endpoint_is_ours_and_answers(document, client, settings):
    endpoints = {name: value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))}
    assert len(endpoints) == 6
    for address in endpoints.values():
        assert address.startswith(settings.PORTAL_URL)
        assert client.get(urlsplit(address).path).status_code in {200, 400, 401, 405}


def test_keys_are_public_and_kept_for_an_hour_at_most(client):
    answer = client.get(reverse("idp:oidc:jwks"))
    (key,) = answer.json()["keys"]
    assert (key["kty"], "d" in key) == ("RSA", False)
    assert "max-age=3600" in answer["Cache-Control"]


def test_sign_out_by_an_address_is_neither_named_nor_there(document, client_of, customer):
    assert "end_session_endpoint" not in document
    assert client_of(customer).get(reverse("idp:oidc:logout")).status_code == 404


def test_customer_without_a_name_is_not_called_by_the_address(product, customer):
    customer.name = ""
    customer.save(update_fields=["name"])
    token = product.redeem(product.code(scope="openid profile")).json()["access_token"]
    assert product.userinfo(token).json() == {"sub": str(customer.pk)}
