"""An app signs out: one of its tokens ends the whole sign-in; no other app's does."""

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client

from portal.foundation.oauth.models import SignIn
from tests.factories import AppFactory
from tests.foundation.oauth.apps import REVOKE

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", ["", "access_token", "refresh_token"])
def test_either_token_ends_the_sign_in_whatever_the_hint(product, name, hint):
    tokens = product.sign_in()
    assert product.post(REVOKE, token=tokens[name], token_type_hint=hint).status_code == 200
    assert SignIn.objects.get().end == SignIn.End.SIGNED_OUT
    assert not Token.objects.exists()


def test_other_app_cannot_revoke(product):
    tokens = product.sign_in()
    assert product.post(REVOKE, token=tokens["refresh_token"], client_id=AppFactory().pk).status_code == 400
    assert product.refresh(tokens["refresh_token"]).status_code == 200


def test_nobody_revokes_without_saying_who(product):
    tokens = product.sign_in()
    assert Client().post(REVOKE, {"token": tokens["refresh_token"]}).status_code == 400
    assert product.refresh(tokens["refresh_token"]).status_code == 200


def test_unknown_token_counts_as_revoked(product):
    assert product.post(REVOKE, token="made-up").status_code == 200
