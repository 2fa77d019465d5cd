"""The database or the cache is away: whoever asks hears when to ask again, in their own words; our faults stay 500."""

import pytest
import redis
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, ProgrammingError, connection
from django.test import Client
from django.urls import reverse

from portal.outages import TAKES_A_CODE
from tests.factories import PASSWORD, fresh_code

APPS = [
    ("POST", "/identity/o/api/token", {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "y"}),
    ("POST", "/identity/o/api/device/code", {"client_id": "y"}),
    ("POST", "/identity/o/api/revoke", {"token": "x", "client_id": "y"}),
    ("GET", "/identity/o/api/userinfo", {}),
    ("GET", "/.well-known/jwks.json", {}),
    ("GET", "/.well-known/lease-keys.json", {}),
]


@pytest.fixture
def fails():
    """Return a context in which each statement raises this error."""

    def context(error):
        def fail(*_statement):
            raise error

        return connection.execute_wrapper(fail)

    return context


@pytest.fixture
def browser(client_of, customer):
    """Anna's browser, which shows error pages."""
    browser = client_of(customer)
    browser.raise_request_exception = False
    return browser


@pytest.fixture
def visitor(db):
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    "error", [OperationalError("gone"), InterfaceError("connection already closed"), redis.ConnectionError("gone")]
)
def test_page_says_when_to_come_back(browser, fails, error):
    with fails(error):
        page = browser.get("/devices/?page=2")
    assert (page.status_code, page["Retry-After"], page["Cache-Control"]) == (503, "60", "no-store")
    assert "Try again in about a minute." in page.content.decode()
    assert '<a class="btn btn--primary" href="/devices/?page=2">Try again</a>' in page.content.decode()
    assert "code was not used" not in page.content.decode()


def test_page_speaks_the_language_of_the_browser(browser, fails):
    with fails(OperationalError("gone")):
        page = browser.get("/licenses/", headers={"Accept-Language": "de"})
    assert "Wir sind gleich wieder da" in page.content.decode()


def test_an_outage_is_one_line_in_the_log(browser, fails, caplog):
    with fails(OperationalError("gone\nor hung")):
        browser.get("/licenses/")
    (record,) = caplog.records
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert "\n" not in record.getMessage()


@pytest.mark.parametrize("address", ["licenses:add", "licenses:add_waiting", "licenses:claim"])
def test_who_pressed_a_code_hears_that_it_was_not_used(browser, fails, address):
    with fails(OperationalError("gone")):
        page = browser.post(reverse(address), {"code": "H4K7D"})
    assert page.status_code == 503
    assert "your code was not used" in page.content.decode()


def test_code_is_pressed_again_without_typing(browser, fails, plan_code):
    with fails(OperationalError("gone")):
        page = browser.post("/licenses/add/", {"code": f'{plan_code}"<'}).content.decode()
    assert '<form method="post" action="/licenses/add/">' in page
    assert f'<input type="hidden" name="code" value="{plan_code}&quot;&lt;">' in page


@pytest.fixture
def plan_code(db):
    return fresh_code()


def test_addresses_that_take_a_code_exist():
    assert [reverse(name) for name in sorted(TAKES_A_CODE)]


@pytest.mark.parametrize("address", ["/", "/account/login/", "/brand.css", "/.well-known/openid-configuration"])
def test_what_needs_no_database_goes_on(visitor, fails, address):
    with fails(OperationalError("gone")):
        assert visitor.get(address).status_code == 200


@pytest.mark.parametrize(("method", "address", "form"), APPS)
def test_apps_hear_it_in_json(visitor, fails, method, address, form):
    with fails(OperationalError("gone")):
        content = {"data": encoded(form), "content_type": "application/x-www-form-urlencoded"}
        answer = visitor.generic(method, address, **content, headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()) == (503, {"error": "temporarily_unavailable"})
    assert (answer["Retry-After"], answer["Cache-Control"]) == ("10", "no-store")


def encoded(form):
    return "&".join(f"{name}={value}" for name, value in form.items())


def test_apps_hear_of_a_fault_in_json(visitor, fails):
    with fails(ProgrammingError("no such column")):
        answer = visitor.get("/.well-known/jwks.json")
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")


def test_api_answers_a_problem_document(visitor, fails):
    with fails(OperationalError("gone")):
        answer = visitor.get("/api/v1/licenses", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["code"] == "unavailable"
    assert (answer["Retry-After"], answer["Cache-Control"]) == ("10", "no-store")


@pytest.mark.parametrize("error", [ProgrammingError("no such column"), IntegrityError("twice"), ValueError("ours")])
def test_faults_of_ours_stay_faults(browser, fails, error):
    with fails(error):
        assert browser.get("/licenses/").status_code == 500


def test_missing_table_is_a_fault_on_every_database(browser, fails):
    def ask_elsewhere(execute, sql, *rest):
        return execute(sql.replace("licenses_license", "nowhere"), *rest)

    with connection.execute_wrapper(ask_elsewhere):
        assert browser.get("/licenses/").status_code == 500


@pytest.mark.parametrize(("error", "status"), [(OperationalError("gone"), 503), (DatabaseError("no such row"), 400)])
def test_session_that_cannot_be_stored_is_no_session_that_somebody_ended(browser, error, status):
    browser.get("/licenses/?added=1")

    def fail(execute, sql, *rest):
        if sql.startswith('UPDATE "django_session"'):
            raise error
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        form = {"oldpassword": PASSWORD, "password1": "Better-Pass-28"}
        assert browser.post("/account/password/change/", form).status_code == status


READ_ONLY = {"postgresql": "SET default_transaction_read_only = {}", "sqlite": "PRAGMA query_only = {}"}


@pytest.mark.django_db(transaction=True)
def test_read_only_database_is_an_outage(visitor, customer):
    with connection.cursor() as cursor:
        cursor.execute(READ_ONLY[connection.vendor].format("on"))
        try:
            answer = visitor.post("/account/login/", {"login": customer.email, "password": PASSWORD})
        finally:
            cursor.execute(READ_ONLY[connection.vendor].format("off"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
