"""Renewing: each refresh token once, the pair before dies, and a used token that comes again ends the sign-in."""

import pytest
from allauth.idp.oidc.models import Token
from django.utils import timezone

from portal.foundation.oauth.models import IssuedToken, SignIn
from portal.foundation.oauth.services import end_sign_ins
from tests.factories import AppFactory, StaffFactory, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokens(product):
    return product.sign_in()


def test_renewed_pair_works_and_the_old_access_token_is_dead(product, tokens):
    new = product.refresh(tokens["refresh_token"]).json()
    assert {new["access_token"], new["refresh_token"]} & {tokens["access_token"], tokens["refresh_token"]} == set()
    assert product.userinfo(tokens["access_token"]).status_code == 401
    assert product.userinfo(new["access_token"]).status_code == 200
    assert (SignIn.objects.count(), Token.objects.count(), IssuedToken.objects.count()) == (1, 2, 4)


def test_lost_answer_is_refused_but_leaves_the_new_pair_alone(product, tokens):
    new = product.refresh(tokens["refresh_token"]).json()
    again = product.refresh(tokens["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert SignIn.objects.get().ended_at is None
    assert product.refresh(new["refresh_token"]).status_code == 200


def test_used_token_after_half_a_minute_ends_the_sign_in(product, tokens):
    new = product.refresh(tokens["refresh_token"]).json()
    IssuedToken.objects.filter(spent_at__isnull=False).update(spent_at=days(-31 / 86400))
    assert product.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert SignIn.objects.get().end == SignIn.End.REPLAYED
    assert product.userinfo(new["access_token"]).status_code == 401
    assert product.refresh(new["refresh_token"]).status_code == 400


def test_used_token_whose_successor_was_used_ends_the_sign_in_at_once(product, tokens):
    new = product.refresh(tokens["refresh_token"]).json()
    product.refresh(new["refresh_token"])
    product.refresh(tokens["refresh_token"])
    assert SignIn.objects.get().end == SignIn.End.REPLAYED
    assert not Token.objects.exists()


def test_other_app_cannot_renew_nor_end_by_trying(product, tokens):
    thief = AppFactory().pk
    assert product.refresh(tokens["refresh_token"], client_id=thief).json()["error"] == "invalid_grant"
    new = product.refresh(tokens["refresh_token"]).json()
    IssuedToken.objects.filter(spent_at__isnull=False).update(spent_at=days(-1))
    product.refresh(tokens["refresh_token"], client_id=thief)
    assert product.refresh(new["refresh_token"]).status_code == 200


@pytest.mark.parametrize("change", [{"scope": "openid orders"}, {"resource": "https://example.com/"}])
def test_refused_renewal_leaves_the_token_good(product, tokens, change):
    assert product.refresh(tokens["refresh_token"], **change).status_code == 400
    assert product.refresh(tokens["refresh_token"]).status_code == 200


def test_sign_in_ends_at_a_hundred_and_eighty_days_however_often_it_was_renewed(product, tokens):
    SignIn.objects.update(started_at=days(-179))
    new = product.refresh(tokens["refresh_token"]).json()
    SignIn.objects.update(started_at=days(-180))
    assert product.refresh(new["refresh_token"]).json()["error"] == "invalid_grant"
    assert SignIn.objects.get().end == SignIn.End.TOO_OLD
    assert product.userinfo(new["access_token"]).status_code == 401


def test_token_that_was_not_used_for_sixty_days_ends_the_sign_in(product, tokens):
    IssuedToken.objects.update(expires_at=timezone.now())
    assert product.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert SignIn.objects.get().end == SignIn.End.TOO_OLD


@pytest.mark.parametrize("token", ["made-up", "", "ü"])
def test_unknown_token_is_refused(product, tokens, token):
    assert product.refresh(token).json()["error"] == "invalid_grant"


def test_access_token_does_not_renew(product, tokens):
    assert product.refresh(tokens["access_token"]).json()["error"] == "invalid_grant"


def test_product_that_was_offline_learns_that_its_device_was_disconnected_and_by_whom(product, tokens, customer):
    end_sign_ins(sign_ins=SignIn.objects.all(), end="disconnected", actor=customer, at=timezone.now())
    answer = product.refresh(tokens["refresh_token"])
    told = answer.json()
    assert (answer.status_code, told["error"], told["code"]) == (400, "invalid_grant", "disconnected")
    assert told["disconnected_by"] == "Anna"
    assert told["disconnected_at"][:16] == SignIn.objects.get().ended_at.isoformat()[:16]


def test_staff_who_disconnected_are_not_named(product, tokens, settings):
    end_sign_ins(sign_ins=SignIn.objects.all(), end="disconnected", actor=StaffFactory(name="Sam"), at=timezone.now())
    assert product.refresh(tokens["refresh_token"]).json()["disconnected_by"] == settings.SITE_NAME


def test_device_that_went_to_another_account_learns_it_without_a_name(product, tokens, other_customer):
    end_sign_ins(sign_ins=SignIn.objects.all(), end="moved", actor=other_customer, at=timezone.now())
    told = product.refresh(tokens["refresh_token"]).json()
    assert (told["code"], told["disconnected_by"]) == ("disconnected", "another account")


@pytest.mark.parametrize("end", ["signed_out", "password_changed", "replayed", "too_old", "closed"])
def test_other_ends_are_plain_refusals(product, tokens, end):
    end_sign_ins(sign_ins=SignIn.objects.all(), end=end, at=timezone.now())
    assert "code" not in product.refresh(tokens["refresh_token"]).json()


def test_closed_account_renews_nothing(product, tokens, customer):
    customer.is_active = False
    customer.save(update_fields=["is_active"])
    assert product.refresh(tokens["refresh_token"]).status_code == 400
