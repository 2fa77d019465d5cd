"""What every address of the API has in common, also where it has none."""

import pytest

from tests.api.conftest import problem

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/nothing", "/api/v1/devices", "/api/nothing", "/api/v1/%2F"])
def test_unknown_address_is_a_problem_document(client, address):
    problem(client.get(address), 404, "not_found")


def test_nothing_is_kept_and_no_cookie_set(client):
    answer = client.get("/api/v1/openapi.json")
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


@pytest.mark.parametrize("query", ["?q=%00", "%00"])
def test_nul_in_an_address_is_a_problem_document(client, query):
    problem(client.get(f"/api/v1/openapi.json{query}"), 400, "bad_request")
