"""Requests made up from the document, right ones and wrong ones: no server error, and no answer that it does not name.

`API_CASES=1000` makes up so many for each call and way instead; `--hypothesis-show-statistics` counts the answers.
"""

import os
from datetime import timedelta

import hypothesis
import pytest
import schemathesis
from allauth.idp.oidc.models import Token
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks

from portal.wsgi import application
from tests.factories import AppFactory, LicenseFactory, PlanFactory, ProductFactory
from tests.foundation.api.conftest import Program

CASES = int(os.environ.get("API_CASES", "45"))
MACHINE = "3f2a9c317b60d1e84f2a9c317b60d1e8"
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OF_PRODUCTS = ["list_licenses", "connect_device", "check_in_device", "sign_out_device", "release_device"]
OF_STORES = ["place_order", "get_order", "change_order"]
CALLS = [*OF_PRODUCTS, *OF_STORES, "lease_keys"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def open_doors(settings):
    """Limits that such a test does not meet."""
    settings.LIMITS = dict.fromkeys(settings.LIMITS, (10**9, timedelta(hours=1)))


@pytest.fixture
def document(open_doors):
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture
def tokens(customer):
    """Anna’s product, connected with a license that the examples name, and a store."""
    product = ProductFactory(slug="security-cloud")
    LicenseFactory(owner=customer, product=product, support_key="4F2A-9C31-7B60")
    PlanFactory(product=product, slug="security-cloud-personal-3-1y")
    laptop = Program(customer)
    assert laptop.connect(product, MACHINE).status_code == 201
    store = Token(type=Token.Type.ACCESS_TOKEN, client=AppFactory())
    store.set_value("store")
    store.set_scopes(["orders"])
    store.save()
    return {"devices": laptop.token, "orders": "store"}


def run(document, name: str, token: str | None, mode: GenerationMode, count: int) -> None:
    """Make requests of this call up, send and judge them; some of them name what there is."""
    operation = document.find_operation_by_id(name)

    @hypothesis.settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), is_real=st.booleans())
    def ask(case, is_real):
        if is_real:
            name_what_there_is(case)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = case.call(headers=headers)
        hypothesis.event(str(answer.status_code))
        case.validate_response(answer, checks=CHECKS)

    ask()


def name_what_there_is(case) -> None:
    if "machine_id" in (case.path_parameters or {}):
        case.path_parameters["machine_id"] = MACHINE
    if isinstance(case.body, dict) and "product" in case.body:
        case.body["product"] = "security-cloud"
    if isinstance(case.body, dict) and "plan" in case.body:
        case.body["plan"] = "security-cloud-personal-3-1y"


@pytest.mark.parametrize("name", CALLS)
def test_answers_are_those_of_the_document(document, tokens, name):
    token = tokens["orders" if name in OF_STORES else "devices"]
    run(document, name, token, GenerationMode.POSITIVE, CASES)
    run(document, name, None, GenerationMode.POSITIVE, CASES)
    if name != "lease_keys":  # nothing can be wrong with it
        run(document, name, token, GenerationMode.NEGATIVE, CASES)
