"""What every call has in common: who may call, what is read, and that programs never see an error page."""

import json

import pytest
from allauth.idp.oidc.models import Token
from django.db import connection
from django.test import Client

from portal.foundation.api.problems import KINDS
from portal.foundation.api.site import api
from tests.factories import AppFactory
from tests.foundation.api.conftest import Program, machine, problem

pytestmark = pytest.mark.django_db

DOCUMENT = "/api/v1/openapi.json"
DEVICE = f"/devices/{machine(1)}"


def calls() -> list[tuple[str, str]]:
    """Every call of the API, with an address that fits."""
    values = {"machine_id": machine(1), "device_id": 1, "number": "A-1"}
    return [
        (method.upper(), path.format(**values))
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method, operation in operations.items()
        if operation["security"]
    ]


@pytest.fixture
def laptop(customer):
    return Program(customer)


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/nothing", "/api/v1/devices", "/api/nothing", "/api/v1/%2F"])
def test_unknown_address_is_a_problem_document(client, address):
    problem(client.get(address), 404, "not_found")
    problem(client.post(address), 404, "not_found")


@pytest.mark.parametrize(("method", "address"), calls())
def test_call_without_a_token_is_refused(client, method, address):
    answer = client.generic(method, address, "{}", content_type="application/json")
    problem(answer, 401, "invalid_token")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "address"), calls())
def test_session_is_no_token(client_of, customer, method, address):
    answer = client_of(customer).generic(method, address, "{}", content_type="application/json")
    problem(answer, 401, "invalid_token")
    assert not answer.cookies


@pytest.mark.parametrize(("method", "address"), calls())
def test_token_for_something_else_is_refused(customer, method, address):
    """Also that of a store where a person is needed, and the other way round."""
    answer = Program(customer, scopes="openid email").call(method, address.removeprefix("/api/v1"), {})
    problem(answer, 403, "insufficient_scope")
    assert answer["WWW-Authenticate"].startswith('Bearer error="insufficient_scope", scope="')


@pytest.mark.parametrize(("method", "address"), calls())
def test_made_up_token_is_refused(method, address):
    answer = Program(token="made-up").call(method, address.removeprefix("/api/v1"), {})
    problem(answer, 401, "invalid_token")
    assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_store_is_no_person():
    """Even if its token said “devices”: it has no account."""
    token = Token(type=Token.Type.ACCESS_TOKEN, client=AppFactory())
    token.set_value("store")
    token.set_scopes(["devices"])
    token.save()
    problem(Program(token="store").call("GET", "/licenses"), 403, "insufficient_scope")


def test_nothing_is_kept_and_no_cookie_set(client, laptop):
    for answer in (client.get(DOCUMENT), laptop.call("GET", "/licenses"), laptop.call("GET", "/nothing")):
        assert answer["Cache-Control"] == "no-store"
        assert not answer.cookies
    assert "Authorization" in laptop.call("GET", "/licenses")["Vary"]


def test_wrong_method_names_the_right_ones(laptop):
    answer = laptop.call("PATCH", DEVICE)
    problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "DELETE, OPTIONS, PUT"
    answer = laptop.call("POST", "/licenses")
    problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_options_and_head_are_answered(client, laptop):
    answer = client.options(f"/api/v1{DEVICE}")
    assert (answer.status_code, answer["Allow"], answer.content) == (204, "DELETE, OPTIONS, PUT", b"")
    head = laptop.call("HEAD", "/licenses")
    assert (head.status_code, head.content) == (200, b"")
    problem_free = laptop.call("HEAD", DEVICE)
    assert (problem_free.status_code, problem_free.content) == (405, b"")


def test_titles_are_in_the_language_that_was_asked_for(customer, laptop):
    """Not in that of the account, nor of a cookie: the product speaks for itself."""
    customer.language = "de"
    customer.save()
    english = laptop.call("GET", "/licenses?platform=amiga", **{"Accept-Language": "fr, en;q=0.5"})
    assert problem(english, 422, "bad_platform")["title"] == "The platform is wrong"
    german = laptop.call("GET", "/licenses?platform=amiga", **{"Accept-Language": "de"})
    assert (german["Content-Language"], german.json()["code"]) == ("de", "bad_platform")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"product": }',
        b"\xff\xfe",
        '{"product": "x"}'.encode("utf-16"),
        b'{"product": "a\\u0000"}',
        b'{"\\u0000": 1}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 5_000,
    ],
)
def test_body_that_is_no_json_is_refused(laptop, body):
    answer = laptop.client.generic(
        "PUT",
        f"/api/v1{DEVICE}",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {laptop.token}"},
    )
    problem(answer, 400, "bad_request")


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"x"', b"{}", b"NaN"])
def test_body_that_is_something_else_is_told(laptop, body):
    answer = laptop.client.generic(
        "PUT",
        f"/api/v1{DEVICE}",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {laptop.token}"},
    )
    problem(answer, 422, "invalid_request")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_forms_are_not_read(laptop, kind):
    answer = laptop.client.generic(
        "PUT", f"/api/v1{DEVICE}", b"{}", content_type=kind, headers={"Authorization": f"Bearer {laptop.token}"}
    )
    problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "1"}])
def test_megabyte_is_too_large(laptop, headers):
    large = {"product": "x" * 1_100_000, "platform": "windows"}
    problem(laptop.call("PUT", DEVICE, large, **headers), 413, "too_large")


@pytest.mark.parametrize("address", [f"{DOCUMENT}?q=%00", f"{DOCUMENT}%00", "/api/v1/devices/%00"])
def test_nul_in_an_address_is_refused(client, address):
    problem(client.get(address), 400, "bad_request")


def test_wrong_host_is_refused_by_a_document():
    problem(Client(headers={"Host": "evil.example"}).get(DOCUMENT), 400, "bad_request")


def test_crash_is_a_document_too(laptop):
    laptop.client.raise_request_exception = False
    with connection.execute_wrapper(lambda *_: 1 / 0):
        said = problem(laptop.call("GET", "/licenses"), 500, "server_error")
    assert "division" not in json.dumps(said).lower()


def test_errors_do_not_repeat_what_was_sent(laptop):
    answer = laptop.call("PUT", DEVICE, {"product": "<secret>", "platform": "windows", "x" * 500: 1})
    assert "secret" not in answer.content.decode()
    assert problem(answer, 422, "invalid_request")["errors"][0]["field"] == "product"


def test_every_code_has_a_title_and_a_status():
    assert all(kind.title and 400 <= kind.status <= 599 for kind in KINDS.values())
