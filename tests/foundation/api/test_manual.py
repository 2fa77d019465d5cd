"""The page of the API: all calls and all codes, with examples that work."""

import json
import re

import pytest
from django.urls import reverse

from portal.foundation.api.manual import calls
from portal.foundation.api.problems import KINDS
from tests.factories import LicenseFactory, ProductFactory
from tests.foundation.api.conftest import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    return client.get(reverse("api_manual"))


def test_page_is_open_to_all_and_has_every_call_and_code(page):
    text = page.content.decode()
    assert page.status_code == 200
    anchors = set(re.findall(r'id="([a-z_]+)"', text))
    assert set(KINDS) <= anchors
    assert {call.name for call in calls()} <= anchors
    assert set(re.findall(r'href="#([a-z_]+)"', text)) <= anchors


def test_problem_leads_to_its_code(client, page):
    said = client.get("/api/v1/nothing").json()
    address, _hash, anchor = said["type"].partition("#")
    assert address.endswith(reverse("api_manual"))
    assert f'id="{anchor}"' in page.content.decode()


def test_page_loads_nothing_from_elsewhere(page):
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.content.decode())


def test_every_call_shows_a_request_and_how_it_is_answered():
    for call in calls():
        assert call.request.startswith("curl")
        assert "{" not in call.request.split("'")[1]
        assert call.answer or call.statuses == ["204"]


def test_texts_around_the_calls_are_in_the_readers_language(client):
    german = client.get(reverse("api_manual"), headers={"accept-language": "de"}).content.decode()
    assert '<html lang="de"' in german
    assert '<h2 id="list_licenses" lang="en">' in german


@pytest.mark.parametrize("name", ["connect_device", "check_in_device"])
def test_example_of_a_body_is_accepted(customer, name):
    product = ProductFactory(slug="security-cloud")
    LicenseFactory(owner=customer, product=product)
    program = Program(customer)
    [connect, asked] = [next(call for call in calls() if call.name == each) for each in ("connect_device", name)]
    for call in (connect, asked):
        address = re.search(r"'[^']*/api/v1([^']*)'", call.request)[1]
        body = json.loads(call.request.split("-d '")[1].removesuffix("'"))
        answer = program.call(call.method, address, body)
    assert answer.status_code == 200, answer.content
