"""What every answer carries, whoever gives it: page, refusal, redirect, file, API."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from portal.middleware import SetHeaders
from tests.factories import LicenseFactory

pytestmark = pytest.mark.django_db
ANSWERS = [
    "/",
    "/account/login/",
    "/licenses/",
    "/nowhere/",
    "/api/v1/licenses",
    "/.well-known/jwks.json",
    "/brand.css",
]


@pytest.mark.parametrize("address", ANSWERS)
def test_browser_is_told_what_pages_may_do(client, address):
    answer = client.get(address)
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_pages_of_customers_and_staff_too(client_of, staff):
    license = LicenseFactory(owner=staff)
    for address in (license.get_absolute_url(), reverse("admin:index")):
        assert "camera=()" in client_of(staff).get(address)["Permissions-Policy"]


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda client: client.get("/nowhere/"), 404),
        (lambda client: client.get("/account/login/", {"next": "\x00"}), 400),
        (lambda client: client.put("/account/language/"), 405),
        (lambda client: client.get("/account/login/", headers={"host": "elsewhere.example"}), 400),
    ],
)
def test_no_refusal_is_kept(client, ask, status):
    answer = ask(client)
    assert answer.status_code == status
    assert "no-store" in answer["Cache-Control"]


def test_signing_out_has_the_browser_forget(client_of, customer):
    answer = client_of(customer).post(reverse("account_logout"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.status_code == 302


def test_head_is_answered_without_a_body_and_with_its_length():
    request = RequestFactory().head("/")
    answer = SetHeaders(lambda request: HttpResponse("a page"))(request)
    assert (answer.content, answer["Content-Length"]) == (b"", "6")
