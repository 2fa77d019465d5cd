"""What an app may wish of the page before it: silence, a fresh sign-in, another account, consent."""

import time
from datetime import UTC, datetime

import jwt
import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY

from portal.foundation.oauth.models import SignIn
from tests.factories import PASSWORD, AppFactory, days
from tests.foundation.oauth.apps import AUTHORIZE, Product, answer_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, customer):
    """A browser in which Anna has typed her password just now."""
    client.post("/account/login/", {"login": customer.email, "password": PASSWORD})
    return client


@pytest.fixture
def product(app, browser):
    return Product(app, browser)


def long_ago(browser, seconds: int) -> float:
    """Let the sign-in in this browser be that old."""
    session = browser.session
    records = session[AUTHENTICATION_METHODS_SESSION_KEY]
    for record in records:
        record["at"] = time.time() - seconds
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session.save()
    return records[-1]["at"]


def foreign(browser) -> Product:
    return Product(AppFactory(skip_consent=False, name="Foreign app"), browser)


def reauthenticate(browser, location: str):
    assert location.startswith("/account/reauthenticate/?next=")
    return browser.post(location, {"password": PASSWORD, "next": browser.get(location).context["redirect_field_value"]})


def test_silence_works_for_our_own_app_when_somebody_is_signed_in(product):
    assert "code" in answer_in(product.authorize(prompt="none"))


def test_silence_is_refused_when_nobody_is_signed_in(app, client):
    assert answer_in(Product(app, client).authorize(prompt="none"))["error"] == "login_required"


def test_silence_is_refused_to_a_foreign_app_even_if_it_has_tokens(product, browser):
    product.sign_in()
    assert answer_in(foreign(browser).authorize(prompt="none"))["error"] == "consent_required"


def test_silence_is_refused_when_the_sign_in_is_too_long_ago(product, browser):
    long_ago(browser, 100)
    assert answer_in(product.authorize(prompt="none", max_age="50"))["error"] == "login_required"
    assert "code" in answer_in(product.authorize(prompt="none", max_age="500"))


def test_sign_in_knows_when_the_person_typed_the_password(product, browser):
    moment = datetime.fromtimestamp(long_ago(browser, 4000), UTC)
    product.sign_in()
    assert SignIn.objects.get().authenticated_at == moment


def test_session_without_a_record_is_taken_for_old(app, customer, client_of):
    customer.date_joined = days(-400)
    customer.save(update_fields=["date_joined"])
    Product(app, client_of(customer)).sign_in()
    assert SignIn.objects.get().authenticated_at == customer.date_joined


@pytest.mark.parametrize(
    "wish", [{"prompt": "login"}, {"max_age": "0"}, {"max_age": "300"}, {"prompt": "login", "max_age": "0"}]
)
def test_app_gets_a_fresh_sign_in(product, browser, wish):
    long_ago(browser, 4000)
    goes_on = reauthenticate(browser, product.authorize(**wish)["Location"])
    assert goes_on["Location"].startswith(AUTHORIZE)
    product.redeem(answer_in(browser.get(goes_on["Location"]))["code"])
    assert SignIn.objects.get().authenticated_at > days(-1 / 1440)


def test_id_token_names_the_moment(product, browser):
    moment = long_ago(browser, 4000)
    claims = jwt.decode(product.sign_in()["id_token"], options={"verify_signature": False})
    assert claims["auth_time"] == int(moment)


def test_fresh_enough_is_not_asked_again(product, browser):
    long_ago(browser, 100)
    assert "code" in answer_in(product.authorize(max_age="500"))


def test_person_chooses_the_account(product, browser, customer):
    page = product.authorize(prompt="select_account")
    assert f"Continue as {customer.email}" in page.content.decode()
    rest = page.context["rest"]
    assert "code" in answer_in(browser.get(rest))
    other = browser.post("/account/logout/", {"next": rest})
    assert other["Location"] == rest
    assert browser.get(rest)["Location"].startswith("/account/login/?next=")


def test_visitor_registers_when_the_app_says_so(app, client):
    assert Product(app, client).authorize(prompt="create")["Location"].startswith("/account/signup/?next=")


def test_our_own_app_asks_for_no_consent(product):
    assert "code" in answer_in(product.authorize())


def test_foreign_app_asks_what_it_may_know(browser, customer):
    app = foreign(browser)
    said = app.authorize().content.decode()
    for text in ("Foreign app", "See your email address", "Connect this device and use your licenses on it"):
        assert text in said


def give(app, **changes):
    page = app.authorize(**changes)
    form = page.context["form"]
    fields = {"request": form["request"].value(), "scopes": ["openid", "email", "devices"], "action": "grant"}
    return page.request, fields


def test_consent_gives_what_was_ticked(browser):
    app = foreign(browser)
    request, fields = give(app)
    address = f"{request['PATH_INFO']}?{request['QUERY_STRING']}"
    answer = browser.post(address, {**fields, "scopes": ["openid", "email"]})
    assert app.redeem(answer_in(answer)["code"]).json()["scope"] == "openid email"


def test_person_may_say_no(browser):
    app = foreign(browser)
    request, fields = give(app)
    answer = browser.post(f"{request['PATH_INFO']}?{request['QUERY_STRING']}", {**fields, "action": "cancel"})
    assert answer_in(answer)["error"] == "access_denied"


def test_consent_cannot_be_forged(browser, customer):
    app = foreign(browser)
    request, fields = give(app)
    browser.handler.enforce_csrf_checks = True
    answer = browser.post(f"{request['PATH_INFO']}?{request['QUERY_STRING']}", fields)
    assert answer.status_code == 403


def test_consent_cannot_be_turned_into_plain(browser):
    app = foreign(browser)
    request, fields = give(app)
    address = f"{request['PATH_INFO']}?{request['QUERY_STRING']}"
    answer = browser.post(address, {**fields, "code_challenge_method": "plain"})
    assert answer_in(answer)["error"] == "invalid_request"
