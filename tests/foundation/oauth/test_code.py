"""The browser's way: a code, once, for the app that asked for it, with S256."""

from datetime import timedelta

import jwt
import pytest
from allauth.idp.oidc.models import Token
from django.utils import timezone

from portal.foundation.crypto import keys
from portal.foundation.oauth.models import Grant, IssuedToken, SignIn
from tests.factories import AppFactory
from tests.foundation.oauth.apps import AUTHORIZE, Product, answer_in

pytestmark = pytest.mark.django_db


def test_code_becomes_the_first_tokens_of_a_sign_in(product, customer, app):
    answer = product.redeem(product.code(), device_name="Anna’s\n laptop" + "x" * 99)
    tokens = answer.json()
    sign_in = SignIn.objects.get()
    assert (answer.status_code, tokens["token_type"], tokens["expires_in"]) == (200, "Bearer", 3600)
    assert (sign_in.user, sign_in.client, sign_in.address) == (customer, app, "127.0.0.1")
    assert sign_in.device_name.startswith("Anna’s laptopxx")
    assert len(sign_in.device_name) == 80
    assert sorted(sign_in.tokens.values_list("kind", flat=True)) == ["access", "refresh"]
    assert product.userinfo(tokens["access_token"]).json()["email"] == customer.email


def test_without_a_name_the_device_is_called_like_its_app(product):
    product.sign_in()
    assert SignIn.objects.get().device_name == "Security Cloud"


def test_answer_says_nobody_may_keep_it(product):
    answer = product.redeem(product.code())
    assert "no-store" in answer["Cache-Control"]


def test_refresh_token_lives_sixty_days(product):
    product.sign_in()
    lives = IssuedToken.objects.get(kind="refresh").expires_at - timezone.now()
    assert timedelta(days=59, hours=23) < lives <= timedelta(days=60)
    assert Token.objects.get(type="rt").expires_at - timezone.now() <= timedelta(days=60)


def test_id_token_is_signed_with_our_key_and_names_issuer_app_and_customer(product, customer, app, settings):
    tokens = product.redeem(product.code(nonce="once")).json()
    (public,) = keys.public_jwks("oidc", at=timezone.now())["keys"]
    claims = jwt.decode(tokens["id_token"], jwt.PyJWK(public), algorithms=["RS256"], audience=app.pk)
    assert jwt.get_unverified_header(tokens["id_token"])["kid"] == public["kid"]
    assert (claims["iss"], claims["sub"], claims["nonce"]) == (settings.PORTAL_URL, str(customer.pk), "once")
    assert claims["auth_time"] == int(SignIn.objects.get().authenticated_at.timestamp())


def test_code_pays_once_and_coming_again_ends_the_sign_in(product):
    code = product.code()
    tokens = product.redeem(code).json()
    again = product.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert SignIn.objects.get().end == SignIn.End.REPLAYED
    assert product.userinfo(tokens["access_token"]).status_code == 401
    assert product.refresh(tokens["refresh_token"]).status_code == 400


def test_wrong_verifier_is_refused_and_does_not_burn_the_code(product):
    code = product.code()
    assert product.redeem(code, code_verifier="x" * 43).json()["error"] == "invalid_grant"
    assert not SignIn.objects.exists()
    assert product.redeem(code).status_code == 200


def test_other_app_can_neither_redeem_a_code_nor_burn_it_nor_end_its_sign_in(product):
    code = product.code()
    thief = AppFactory().pk
    assert product.redeem(code, client_id=thief).json()["error"] == "invalid_grant"
    assert product.redeem(code).status_code == 200
    product.redeem(code, client_id=thief)
    assert SignIn.objects.get().ended_at is None


@pytest.mark.parametrize("code", ["made-up", "", "ü"])
def test_unknown_code_is_refused(product, code):
    product.code()
    assert product.redeem(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("grant_type", ["openid", "password", "Authorization_code", "implicit"])
def test_code_is_redeemed_by_its_own_name_only(product, app, grant_type):
    app.grant_types += f"\n{grant_type}"
    app.save(update_fields=["grant_types"])
    code = product.code()
    assert product.redeem(code, grant_type=grant_type).json()["error"] == "unsupported_grant_type"
    assert product.redeem(code).status_code == 200


def test_code_for_another_address_is_refused(product):
    assert product.redeem(product.code(), redirect_uri="http://127.0.0.1:9/callback").status_code == 400
    assert not SignIn.objects.exists()


def test_code_works_for_a_minute(product):
    code = product.code()
    Grant.objects.update(expires_at=timezone.now())
    assert product.redeem(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("change", ["password", "is_active"])
def test_code_is_void_once_the_password_is_another_or_the_account_closed(product, customer, change):
    code = product.code()
    customer.set_password("Another-River-28")
    customer.is_active = False
    customer.save(update_fields=[change])
    assert product.redeem(code).json()["error"] == "invalid_grant"
    assert not SignIn.objects.exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "too-short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"scope": "openid orders"}, "invalid_scope"),
        ({"scope": "made-up"}, "invalid_scope"),
        ({"request": "x"}, "request_not_supported"),
        ({"request_uri": "https://example.com/"}, "request_uri_not_supported"),
        ({"resource": "https://example.com/"}, "invalid_target"),
        ({"claims": "[]"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "made-up"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
    ],
)
def test_what_we_do_not_serve_is_refused_to_the_app(product, change, error):
    answer = answer_in(product.authorize(**change))
    assert (answer["error"], answer["state"]) == (error, "state-of-the-app")
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "made-up"},
        {"client_id": None},
        {"redirect_uri": "https://evil.example.com/callback"},
        {"redirect_uri": "http://127.0.0.1:5123/other"},
        {"redirect_uri": "http://localhost:5123/callback"},
        {"redirect_uri": "http://127.0.0.1.evil.example.com/callback"},
        {"redirect_uri": "http://[oops/callback"},
        {"redirect_uri": None},
    ],
)
def test_unknown_app_or_address_is_told_to_the_person_and_sent_nowhere(product, change):
    answer = product.authorize(**change)
    assert answer.status_code == 400
    assert "This sign-in cannot go on" in answer.content.decode()


def test_any_port_of_this_computer_will_do(product):
    for port in (":1024", ":65535", ""):
        answer = product.authorize(redirect_uri=f"http://127.0.0.1{port}/callback")
        assert answer["Location"].startswith(f"http://127.0.0.1{port}/callback?code=")


def test_visitor_signs_in_first_and_then_goes_on(product, client, customer):
    answer = Product(product.app, client).authorize(prompt="login", max_age="0")
    assert answer["Location"].startswith("/account/login/?next=%2Fidentity%2Fo%2Fauthorize%3F")
    client.force_login(customer)
    goes_on = client.get(answer["Location"])
    assert goes_on.status_code == 302
    assert "code" in answer_in(client.get(goes_on["Location"]))


def test_form_posted_by_an_app_is_answered_like_its_address(product):
    answer = product.browser.post(AUTHORIZE, product.question())
    assert "code" in answer_in(product.browser.get(answer["Location"]))
