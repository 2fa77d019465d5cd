"""Keys that sign: made by themselves, sealed, rotated, and the old one served for thirty days."""

from datetime import timedelta

import jwt
import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from portal.foundation.crypto import keys
from portal.foundation.crypto.models import SigningKey
from portal.foundation.crypto.purposes import PURPOSES
from tests.factories import days
from tests.races import race

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("purpose", "algorithm"), [("oidc", "RS256"), ("lease", "EdDSA")])
def test_key_is_made_when_first_needed_and_its_public_half_checks_what_it_signs(purpose, algorithm):
    kid, private = keys.signing_key(purpose)
    (public,) = keys.public_jwks(purpose, at=timezone.now())["keys"]
    signed = jwt.encode({"sub": "x"}, private, algorithm=algorithm)
    assert (public["kid"], public["alg"], public["use"]) == (kid, algorithm, "sig")
    assert jwt.decode(signed, jwt.PyJWK(public), algorithms=[algorithm]) == {"sub": "x"}


def test_public_set_holds_no_private_number():
    keys.signing_key("lease")
    keys.signing_key("oidc")
    for purpose in PURPOSES:
        assert not {"d", "p", "q", "dp", "dq", "qi"} & set(keys.public_jwks(purpose, at=timezone.now())["keys"][0])


def test_private_half_is_not_readable_in_the_database():
    keys.signing_key("lease")
    assert b"PRIVATE KEY" not in bytes(SigningKey.objects.get().private)


def test_signing_takes_one_query(django_assert_num_queries):
    keys.signing_key("lease")
    with django_assert_num_queries(1):
        keys.signing_key("lease")
    with django_assert_num_queries(1):
        keys.public_jwks("lease", at=timezone.now())


def test_rotated_key_is_served_for_thirty_days_and_signs_no_more():
    old, _private = keys.signing_key("lease")
    call_command("rotate_keys", "lease")
    new, _private = keys.signing_key("lease")
    assert [key["kid"] for key in keys.public_jwks("lease", at=timezone.now())["keys"]] == [new, old]
    SigningKey.objects.filter(kid=old).update(retired_at=days(-31))
    assert [key["kid"] for key in keys.public_jwks("lease", at=timezone.now())["keys"]] == [new]


def test_rotating_leases_leaves_sign_ins_alone():
    kid, _private = keys.signing_key("oidc")
    keys.rotate_key(purpose="lease", at=timezone.now())
    assert keys.signing_key("oidc")[0] == kid


def test_clock_that_is_set_back_keeps_no_key(monkeypatch):
    with monkeypatch.context() as ahead:
        ahead.setattr("django.utils.timezone.now", lambda: days(1))
        keys.signing_key("lease")
        keys.signing_key("lease")
    SigningKey.objects.all().delete()
    kid, _private = keys.signing_key("lease")
    assert SigningKey.objects.get().kid == kid


def test_key_whose_first_use_is_undone_signs_nothing(settings):
    settings.SIGNING_KEY_KEPT_FOR = timedelta(minutes=1)
    keys.looked_up.clear()
    with transaction.atomic():
        keys.signing_key("lease")
        transaction.set_rollback(True)
    kid, _private = keys.signing_key("lease")
    assert SigningKey.objects.get().kid == kid
    keys.looked_up.clear()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_first_key_is_made_once_however_many_ask():
    def forget():
        SigningKey.objects.all().delete()

    for this in race(lambda _none, _number: keys.signing_key("lease")[0], prepare=forget, threads=8, rounds=10):
        assert this.errors == []
        assert len(set(this.results)) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_rotating_at_once_leaves_one_current_key():
    for this in race(
        lambda _none, _number: keys.rotate_key(purpose="lease", at=timezone.now()), prepare=dict, threads=8, rounds=10
    ):
        assert this.errors == []
        assert SigningKey.objects.filter(retired_at__isnull=True).count() == 1
    assert not SigningKey.objects.filter(retired_at__gt=timezone.now()).exists()
