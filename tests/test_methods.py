"""Every address, asked in every way by everybody: an answer of ours, never the browser's own error page."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import DeviceFactory, LicenseFactory, SeatFactory
from tests.test_urls import ALL, ANYTHING, MADE_UP

pytestmark = pytest.mark.django_db

METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "POST"]
LETTER = "20261124-101500-000000-0123abcd"
PATHS = sorted(
    reverse(
        name, kwargs={argument: {**ANYTHING, **MADE_UP, "name": LETTER}.get(argument, "1") for argument in ALL[name]}
    )
    for name in ALL
)


PROGRAMS = ("/api/", "/identity/o/api/", "/.well-known/")


@pytest.fixture(params=["visitor", "customer", "staff"])
def person(request, client_of):
    """Return a function that gives a browser of each kind of people: some addresses sign them out."""
    if request.param == "visitor":
        return Client
    user = request.getfixturevalue(request.param)
    SeatFactory(license=LicenseFactory(pk=1, owner=user), device=DeviceFactory(pk=1, owner=user))
    return lambda: client_of(user)


@pytest.mark.parametrize("method", METHODS)
def test_nobody_meets_a_bare_error(method, person):
    bare = []
    for path in PATHS:
        answer = person().generic(method, path)
        fault = answer.status_code >= 500
        empty = answer.status_code >= 400 and method != "HEAD" and not answer.getvalue()
        shut = answer.status_code == 405 and method in ("GET", "HEAD") and not path.startswith(PROGRAMS)
        mute = answer.status_code == 405 and "Allow" not in answer.headers
        if fault or empty or shut or mute:
            bare.append((path, answer.status_code))
    assert bare == []


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/licenses/waiting/add/", "/licenses/"),
        ("/licenses/waiting/drop/", "/licenses/"),
        ("/licenses/claim/", "/licenses/"),
        ("/licenses/{pk}/archive/", "/licenses/{pk}/"),
        ("/licenses/{pk}/restore/", "/licenses/{pk}/"),
        ("/account/language/", "/account/"),
        ("/admin/logout/", "/admin/"),
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_last_step_of_a_form_leads_to_its_page(client_of, staff, path, page, method):
    pk = LicenseFactory(owner=staff).pk
    browser = client_of(staff)
    answer = getattr(browser, method)(path.format(pk=pk))
    assert (answer.status_code, answer["Location"]) == (302, page.format(pk=pk))
    assert browser.get(answer["Location"]).status_code == 200


def test_visitor_is_led_to_the_page_about_the_mail(client):
    assert client.get(reverse("accounts:send_again"))["Location"] == reverse("account_email_verification_sent")


def test_what_has_no_page_to_lead_to_says_so(client_of, customer):
    answer = client_of(customer).put(reverse("licenses:claim"))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address is not a page" in answer.content.decode()


def test_it_says_so_in_the_readers_language(client_of, customer):
    customer.language = "de"
    customer.save()
    assert "Diese Adresse ist keine Seite" in client_of(customer).put(reverse("licenses:claim")).content.decode()


def test_programs_are_told_in_json(client):
    answer = client.get(reverse("idp:oidc:token"))
    assert (answer.status_code, answer.json()["error"]) == (405, "invalid_request")
    assert "POST" in answer["Allow"]
    assert client.delete("/api/v1/licenses")["Content-Type"] == "application/problem+json"
