"""The document of the API: complete, true to the code, and the same as the one in docs/."""

import json

import pytest
from django.conf import settings
from django.urls import reverse

from portal.foundation.api.problems import KINDS
from portal.foundation.api.site import api, published
from portal.foundation.oauth.registered import SCOPES

pytestmark = pytest.mark.django_db

DOCUMENT = json.loads((settings.BASE_DIR / "docs" / "openapi.json").read_text("utf-8"))
# What Django or the router answers before a call is found.
OF_NO_CALL = {"method_not_allowed"}


def operations():
    return [call for calls in DOCUMENT["paths"].values() for call in calls.values() if call["security"]]


def codes(call) -> set[str]:
    kinds = [answer["content"] for answer in call["responses"].values() if "content" in answer]
    return {code for kind in kinds for code in kind.get("application/problem+json", {}).get("examples", {})}


def test_document_in_docs_is_that_of_the_code():
    """When this fails because the API has changed: `manage.py export_openapi`."""
    assert published() == DOCUMENT


def test_document_is_served(client):
    served = client.get(reverse("api:openapi-json"))
    assert served["Content-Type"] == "application/json"
    assert (served.json()["openapi"], served.json()["info"]["version"]) == ("3.1.0", "1")
    assert served.json()["servers"] == [{"url": settings.PORTAL_URL}]


def test_every_reference_leads_somewhere():
    text = json.dumps(DOCUMENT)
    named = {piece.split('"')[0] for piece in text.split('"#/components/schemas/')[1:]}
    assert named <= set(DOCUMENT["components"]["schemas"])


def test_every_code_is_documented_and_none_is_made_up():
    assert set().union(*map(codes, operations())) == set(KINDS) - OF_NO_CALL


def test_every_call_names_its_token_its_language_and_what_all_may_answer():
    for call in operations():
        assert {"invalid_token", "insufficient_scope", "invalid_request", "server_error", "slow_down"} <= codes(call)
        assert "Accept-Language" in [parameter["name"] for parameter in call["parameters"]]
        [[scheme, [scope]], *_others] = [next(iter(way.items())) for way in call["security"]]
        assert scheme == ("person" if SCOPES[scope].of_persons else "store")


def test_what_writes_takes_a_key():
    for calls in DOCUMENT["paths"].values():
        for method, call in calls.items():
            takes_key = "Idempotency-Key" in [parameter["name"] for parameter in call["parameters"]]
            assert takes_key == (method != "get")


def test_tokens_come_from_the_portals_own_addresses():
    schemes = api.get_openapi_schema()["components"]["securitySchemes"]
    flow = schemes["person"]["flows"]["authorizationCode"]
    assert flow["authorizationUrl"] == settings.PORTAL_URL + reverse("idp:oidc:authorization")
    assert flow["tokenUrl"] == settings.PORTAL_URL + reverse("idp:oidc:token")
    assert schemes["store"]["flows"]["clientCredentials"]["tokenUrl"] == flow["tokenUrl"]
