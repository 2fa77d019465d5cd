"""Error pages: they render when nothing works, and they say what to do."""

import re

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from portal import errors
from portal.wsgi import application


def test_500_renders_without_a_database(django_db_blocker):
    page = errors.server_error(RequestFactory().get("/"))
    assert page.status_code == 500
    assert "E-" in page.content.decode()
    assert connection.queries == []


def test_500_logs_an_address_on_one_line(caplog, django_db_blocker):
    errors.server_error(RequestFactory().get("/a%0A2026-01-01 ERROR forged"))
    assert "\n" not in caplog.text.strip()


def test_500_renders_without_collected_files(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    assert "/static/css/tokens.css" in errors.server_error(RequestFactory().get("/")).content.decode()


@pytest.mark.parametrize("address", ["/nothing/here/", "/licenses/999999999999999999999999/"])
def test_unknown_address_is_a_404_page(client_of, customer, address):
    page = client_of(customer).get(address)
    assert page.status_code == 404
    assert "This page isn’t here" in page.content.decode()


@pytest.mark.django_db
def test_404_page_can_be_read_in_another_language():
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/nothing/here/?a=1").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page).group(1)
    back = re.search(r'name="next" value="([^"]+)"', page).group(1)
    answer = browser.post("/account/language/", {"language": "de", "next": back, "csrfmiddlewaretoken": token})
    assert answer["Location"] == "/nothing/here/?a=1"
    assert '<html lang="de"' in browser.get(answer["Location"]).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/account/login/?next=%00", "/licenses/%00/", "/admin/?q=%00"])
def test_nul_byte_in_an_address_is_refused(client, address):
    assert client.get(address).status_code == 400


@pytest.mark.django_db
def test_nul_byte_in_a_form_is_refused(client):
    assert client.post("/account/login/", {"login": "a\x00@example.com", "password": "x"}).status_code == 400


@pytest.mark.django_db
def test_nul_byte_in_a_cookie_is_refused():
    # A cookie in quotes may spell any byte; that of the session is looked up in the database.
    assert Client().get("/", headers={"cookie": r'sessionid="abcdefgh\000"'}).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["unicode_escape", "utf-16", "utf-7", "latin-1"])
@pytest.mark.parametrize("address", ["/account/login/?next=%5Cud800", "/downloads/?product=%ff-%ff"])
def test_other_encodings_are_refused(client, address, charset):
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    form = b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\n\\ud800@example.com\r\n--x--\r\n'
    assert client.generic("POST", address, form, content_type=kind).status_code == 400
    assert client.generic("GET", address, form, content_type=kind).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["rot13", "punycode", "base64", "undefined", "utf-7", "a\x00b"])
def test_encodings_that_are_none_are_refused_by_the_server(charset):
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    request = {**RequestFactory()._base_environ(QUERY_STRING="next=x", REQUEST_METHOD="POST"), "CONTENT_TYPE": kind}
    answers = []
    b"".join(application(request, lambda status, headers: answers.append(status)))
    assert answers == ["400 Bad Request"]


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["", "; charset=UTF-8", "; charset=nonsense"])
def test_forms_of_browsers_pass(client, charset):
    kind, form = "application/x-www-form-urlencoded" + charset, "login=a@example.com&password=x"
    assert client.generic("POST", "/account/login/", form, content_type=kind).status_code == 200


@pytest.mark.django_db
def test_form_without_token_is_explained():
    page = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a@example.com", "password": "x"})
    assert page.status_code == 403
    assert "form" in page.content.decode()
