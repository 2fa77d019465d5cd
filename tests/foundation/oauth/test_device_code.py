"""Signing in on a device without a browser: its owner types the code, sees which device asks, and decides."""

import pytest
from django.test import Client

from portal.foundation.oauth.models import Grant, SignIn
from tests.factories import AppFactory, days
from tests.foundation.oauth.apps import ACTIVATE, DEVICE_CODE, Product

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wait")]


@pytest.fixture
def asked(device):
    return device.ask_for_code(device_name="Living room\x07 TV\u202e").json()


def page(response) -> str:
    return " ".join(response.content.decode().split())


def show(browser, code: str):
    return browser.get(ACTIVATE, {"code": code})


def answer(browser, code: str, action: str = "confirm"):
    return browser.post(ACTIVATE, {"code": code, "action": action})


def test_device_gets_a_code_and_the_address_of_our_page(asked):
    assert asked["verification_uri"].endswith("/activate/")
    assert asked["verification_uri_complete"] == f"{asked['verification_uri']}?code={asked['user_code']}"
    assert (asked["expires_in"], len(asked["user_code"])) == (600, 9)


def test_library_may_say_the_encoding_of_its_request(app):
    kind = "application/x-www-form-urlencoded;charset=UTF-8"
    assert Client().post(DEVICE_CODE, f"client_id={app.pk}", content_type=kind).status_code == 200


def test_device_waits_until_somebody_answers(device, asked):
    assert device.poll(asked["device_code"]).json()["error"] == "authorization_pending"


def test_impatient_device_is_told_to_slow_down(device, asked, settings):
    settings.IDP_OIDC_DEVICE_CODE_INTERVAL = 5
    code = device.ask_for_code().json()["device_code"]
    device.poll(code)
    assert device.poll(code).json()["error"] == "slow_down"


def test_page_names_app_device_place_and_asks(product, asked):
    said = page(show(product.browser, asked["user_code"]))
    for text in ("Is this device in front of you?", "Security Cloud", ">Living room TV<", "127.0.0.1", "Just now"):
        assert text in said


def test_page_says_when_the_device_is_in_another_network_and_when_it_asked(product, device):
    code = device.ask_for_code().json()["user_code"]
    Grant.objects.update(asked_at=days(-5.5 / 1440), address="198.51.100.7")
    said = page(show(product.browser, code))
    assert "198.51.100.7" in said
    assert "Not the one of this browser" in said
    assert "5 minutes ago" in said


def test_confirmed_device_is_signed_in_once(product, device, asked, customer):
    assert "The device is signed in" in page(answer(product.browser, asked["user_code"]))
    tokens = device.poll(asked["device_code"]).json()
    sign_in = SignIn.objects.get()
    assert (sign_in.user, sign_in.device_name, sign_in.ended_at) == (customer, "Living room TV", None)
    assert device.userinfo(tokens["access_token"]).status_code == 200
    assert device.refresh(tokens["refresh_token"]).status_code == 200


def test_device_code_that_comes_again_ends_the_sign_in(product, device, asked):
    answer(product.browser, asked["user_code"])
    device.poll(asked["device_code"])
    assert device.poll(asked["device_code"]).json()["error"] == "invalid_grant"
    assert SignIn.objects.get().end == SignIn.End.REPLAYED


def test_refused_device_is_turned_away(product, device, asked):
    assert "The device was turned away" in page(answer(product.browser, asked["user_code"], "refuse"))
    assert device.poll(asked["device_code"]).json()["error"] == "access_denied"
    assert not SignIn.objects.exists()


def test_opening_the_address_confirms_nothing(product, device, asked):
    show(product.browser, asked["user_code"])
    assert device.poll(asked["device_code"]).json()["error"] == "authorization_pending"


def test_confirming_needs_a_token_against_forgery(customer, asked):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(customer)
    assert answer(browser, asked["user_code"]).status_code == 403
    assert not Grant.objects.filter(user=customer).exists()


@pytest.mark.parametrize(
    "spoil", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code[:2]} {code[2:]} "]
)
def test_code_may_be_typed_carelessly(product, asked, spoil):
    assert "Is this device in front of you?" in page(show(product.browser, spoil(asked["user_code"])))


@pytest.mark.parametrize("code", ["BBBB-BBBB", "x", "ÄÖÜß", "a" * 41, "-"])
def test_unknown_code_is_refused_in_words(product, asked, code):
    said = show(product.browser, code)
    assert said.status_code == 200
    assert "Is this device in front of you?" not in page(said)
    assert "errorlist" in page(said) or "Error:" in page(said)


def test_code_is_asked_for_without_one(product):
    assert "The device shows a code of eight letters" in page(product.browser.get(ACTIVATE))


def test_second_answer_comes_too_late(product, asked, other_customer, client_of):
    answer(product.browser, asked["user_code"])
    late = answer(client_of(other_customer), asked["user_code"])
    assert (late.status_code, "This code is no longer valid" in page(late)) == (410, True)


def test_person_may_try_ten_wrong_codes_in_five_minutes(product, asked, other_customer, client_of):
    for number in range(10):
        show(product.browser, f"BBBB-BBB{number}")
    for said in (show(product.browser, asked["user_code"]), answer(product.browser, asked["user_code"])):
        assert "Too many codes didn’t work. You can try again in 5 minutes, at " in page(said)
        assert asked["user_code"] in page(said)
    assert not Grant.objects.filter(user__isnull=False).exists()
    assert "Is this device in front of you?" in page(show(client_of(other_customer), asked["user_code"]))


def test_right_codes_and_empty_ones_are_not_counted(product, asked):
    for _try in range(11):
        show(product.browser, asked["user_code"])
        show(product.browser, "")
    assert "Is this device in front of you?" in page(show(product.browser, asked["user_code"]))


def test_visitor_signs_in_and_the_code_is_kept(client, asked):
    kept = f"%3Fcode%3D{asked['user_code']}"
    sign_in = show(client, asked["user_code"])["Location"]
    assert sign_in.endswith(kept)
    assert f'/account/signup/?next=/activate/{kept}"' in client.get(sign_in).content.decode().replace("%2F", "/")


def test_confirmation_is_void_once_the_password_is_another(product, device, asked, customer):
    answer(product.browser, asked["user_code"])
    customer.set_password("Another-River-28")
    customer.save(update_fields=["password"])
    assert device.poll(asked["device_code"]).json()["error"] == "invalid_grant"


def test_old_code_has_expired(device, asked):
    Grant.objects.update(expires_at=days(0))
    assert device.poll(asked["device_code"]).json()["error"] == "expired_token"


def test_other_app_cannot_poll(device, product, asked):
    answer(product.browser, asked["user_code"])
    assert device.poll(asked["device_code"], client_id=AppFactory().pk).json()["error"] == "invalid_grant"
    assert device.poll(asked["device_code"]).status_code == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "made-up"}, "invalid_client"),
        ({"client_id": ""}, "invalid_client"),
        ({"scope": "orders"}, "invalid_scope"),
        ({"resource": "x"}, "invalid_target"),
    ],
)
def test_request_for_a_code_is_refused(device, change, error):
    assert device.ask_for_code(**change).json()["error"] == error
    assert not Grant.objects.exists()


def test_app_without_this_grant_gets_no_code(db):
    app = AppFactory(grant_types="authorization_code")
    assert Product(app).ask_for_code().json()["error"] == "unauthorized_client"


def test_address_asks_for_twenty_codes_a_minute(device):
    answers = [device.ask_for_code().status_code for _number in range(21)]
    assert answers == [200] * 20 + [429]
