"""Who calls: an access token in the header, looked up in one query, and dead with its sign-in."""

import pytest
from allauth.idp.oidc.models import Token
from django.utils import timezone

from portal.foundation.oauth.bearer import find_caller
from portal.foundation.oauth.models import IssuedToken, SignIn
from portal.foundation.oauth.services import end_sign_ins
from tests.factories import AppFactory, SignInFactory, days, give_token
from tests.foundation.oauth.conftest import request_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in():
    return SignInFactory()


def call(token: str, scheme: str = "Bearer"):
    return find_caller(request_with(token, scheme=scheme))


def test_token_names_person_app_sign_in_and_scopes_in_one_query(sign_in, django_assert_num_queries):
    token = give_token(sign_in, scopes="openid devices")
    with django_assert_num_queries(1):
        caller = call(token)
    assert (caller.user, caller.client, caller.sign_in) == (sign_in.user, sign_in.client, sign_in)
    assert (caller.scopes, caller.ended) == ({"openid", "devices"}, False)


def test_caller_is_looked_up_once_a_request(sign_in, django_assert_num_queries):
    request = request_with(give_token(sign_in))
    find_caller(request)
    with django_assert_num_queries(0):
        assert find_caller(request).user == sign_in.user


@pytest.mark.parametrize("scheme", ["Basic", "", "Bearer x"])
def test_only_a_bearer_token_counts(sign_in, scheme):
    assert call(give_token(sign_in), scheme) is None


def test_nobody_calls_without_a_token():
    assert find_caller(request_with(path="/?access_token=x")) is None


@pytest.mark.parametrize("change", [{"expires_at": days(-1)}, {"spent_at": days(0)}, {"kind": "refresh"}])
def test_token_that_is_too_old_replaced_or_no_access_token_is_nobodys(sign_in, change):
    token = give_token(sign_in)
    IssuedToken.objects.update(**change)
    assert call(token) is None


def test_token_that_allauth_dropped_is_nobodys(sign_in):
    token = give_token(sign_in)
    Token.objects.all().delete()
    assert call(token) is None


def test_token_of_an_ended_sign_in_is_told_apart(sign_in):
    token = give_token(sign_in)
    end_sign_ins(sign_ins=SignIn.objects.all(), end="disconnected", actor=sign_in.user, at=timezone.now())
    caller = call(token)
    assert (caller.ended, caller.sign_in.end, caller.sign_in.ended_by) == (True, "disconnected", sign_in.user)


def test_token_of_a_closed_account_counts_as_ended(sign_in):
    token = give_token(sign_in)
    sign_in.user.is_active = False
    sign_in.user.save(update_fields=["is_active"])
    assert call(token).ended


def test_store_has_a_token_without_a_person():
    token = Token(type=Token.Type.ACCESS_TOKEN, client=AppFactory(), expires_at=days(1), scopes="orders")
    token.set_value("secret")
    token.save()
    caller = call("secret")
    assert (caller.user, caller.sign_in, caller.scopes, caller.client) == (None, None, {"orders"}, token.client)


def test_ending_drops_the_tokens_of_these_sign_ins_only(sign_in):
    give_token(sign_in)
    give_token(sign_in, kind="refresh")
    other = SignInFactory(user=sign_in.user)
    kept = give_token(other)
    assert end_sign_ins(sign_ins=SignIn.objects.filter(pk=sign_in.pk), end="signed_out", at=timezone.now()) == 1
    assert Token.objects.count() == 1
    assert not call(kept).ended


def test_sign_in_ends_once_for_the_first_reason(sign_in):
    end_sign_ins(sign_ins=SignIn.objects.all(), end="disconnected", at=days(-1))
    assert end_sign_ins(sign_ins=SignIn.objects.all(), end="closed", at=timezone.now()) == 0
    assert SignIn.objects.get().end == "disconnected"
