"""What goes by time: done by the worker, in batches, without a cron."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.utils import timezone
from django.utils.timezone import now

from licenses import services
from licenses.models import CodeAttempt
from portal.accounts.models import User
from portal.accounts.services import prune_unverified
from portal.accounts.verbs import Verb
from portal.foundation.api import limits
from portal.foundation.api.models import IdempotentResponse, RateCount
from portal.foundation.api.throttles import prune_counts
from portal.foundation.oauth.models import SignIn
from portal.foundation.oauth.services import prune_sign_ins
from portal.foundation.queue import batches
from tests.factories import LicenseFactory, SignInFactory, UserFactory, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 2)


@pytest.fixture
def newcomer():
    """Somebody who registered eight days ago and never opened the mail."""
    user = UserFactory(date_joined=days(-8), last_login=None)
    EmailAddress.objects.filter(user=user).update(verified=False)
    return user


def test_sign_ins_are_ended_and_forgotten_batch_by_batch(small_batches, customer):
    SignInFactory.create_batch(5, user=customer)
    SignInFactory.create_batch(5, ended_at=days(-91), end="closed")
    done = prune_sign_ins(at=now())
    assert (done["ended"], done["sign_ins"]) == (5, 5)
    assert set(SignIn.objects.values_list("end", flat=True)) == {"too_old"}


def test_network_address_of_a_sign_in_is_forgotten_after_a_month(customer):
    old, new = (SignInFactory(user=customer, address="192.0.2.1", started_at=days(age)) for age in (-31, -29))
    prune_sign_ins(at=now())
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.address, new.address) == (None, "192.0.2.1")


def test_counts_are_deleted_when_their_window_is_over():
    for name in ("old", "new"):
        limits.count("open-link", name)
    RateCount.objects.filter(key="open-link:old").update(began_at=days(-1).timestamp())
    assert prune_counts(at=now()) == 1
    assert list(RateCount.objects.values_list("key", flat=True)) == ["open-link:new"]


def test_network_addresses_of_tries_go_whoever_tries_next(customer, other_customer):
    for user, age in ((customer, -2), (other_customer, 0)):
        CodeAttempt.objects.create(user=user, address="192.0.2.1", made_at=days(age))
    assert services.prune_attempts(at=now()) == 1
    assert CodeAttempt.objects.get().user == other_customer


def test_account_that_nobody_verified_goes_after_a_week(newcomer):
    assert prune_unverified(at=now() - timedelta(days=2)) == 0
    assert prune_unverified(at=now()) == 1
    assert not User.objects.exists()


def in_use(user):
    EmailAddress.objects.filter(user=user).update(verified=True)


def signed_in(user):
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())


def on_record(user):
    services.record_event(Verb.ADDRESS_VERIFIED, customer=user, details={"email": "x", "reason": "y"}, at=now())


def staff(user):
    User.objects.filter(pk=user.pk).update(is_staff=True)


def with_a_license(user):
    LicenseFactory(owner=user)


@pytest.mark.parametrize("make", [in_use, signed_in, on_record, staff, with_a_license])
def test_account_that_is_of_use_stays(newcomer, make):
    make(newcomer)
    assert prune_unverified(at=now()) == 0
    assert User.objects.filter(pk=newcomer.pk).exists()


def test_worker_does_it_without_a_cron(newcomer):
    IdempotentResponse.objects.create(caller="client:x", key="k", fingerprint="f", began_at=days(-2))
    call_command("work", once=True)
    assert not User.objects.exists()
    assert not IdempotentResponse.objects.exists()
