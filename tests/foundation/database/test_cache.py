"""Redis away or hung: people sign in as before, and nobody gets a second set of tries, before, meanwhile or after."""

import time

import pytest
from allauth.account import app_settings as account
from allauth.core.internal.ratelimit import parse_rates
from allauth.idp.oidc import app_settings as provider
from django.core.cache import cache, caches
from django.test import Client

from portal.foundation.database import cache as kept
from portal.settings import DATABASE_CACHE
from tests import redis_server
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

# What is done to Redis, and how it comes back.
HURTS = {"hung": ("hang", "wake"), "dead": ("kill", "start")}


@pytest.fixture
def redis(settings, monkeypatch):
    """Keep the cache in a Redis of our own; nothing has failed yet."""
    monkeypatch.setattr(kept, "failed_at", -float(kept.DOUBTED))
    with redis_server.own() as server:
        front = {"BACKEND": "portal.foundation.database.cache.KeptTwice", "LOCATION": server.address}
        settings.CACHES = {"default": front, "database": DATABASE_CACHE}
        yield server


@pytest.fixture(params=HURTS)
def hurt(redis, request):
    """Return how Redis is hurt and how it comes back."""
    breaks, mends = HURTS[request.param]
    return getattr(redis, breaks), getattr(redis, mends)


def try_password(customer, password):
    form = {"login": customer.email, "password": password}
    return Client().post("/account/login/", form).status_code


def wrong(times):
    """Try passwords for addresses that nobody has, all from one network address: ten a minute are let through."""
    for _time in range(times):
        form = {"login": "nobody@example.com", "password": "Wrong-Guess-1"}
        assert Client().post("/account/login/", form).status_code == 200


def test_redis_answers_what_is_read(redis):
    cache.set("key", "value")
    caches["database"].delete("key")
    assert cache.get("key") == "value"


def test_people_sign_in_without_redis_and_quickly(hurt, customer):
    hurt[0]()
    began = time.monotonic()
    assert try_password(customer, PASSWORD) == 302
    assert time.monotonic() - began < 3  # it is asked once, for a quarter of a second
    assert time.monotonic() - kept.failed_at < kept.LEFT_ALONE


def test_eleventh_try_is_refused_without_redis(hurt, customer):
    hurt[0]()
    wrong(10)
    assert try_password(customer, PASSWORD) == 200
    assert kept.failed_at > 0


def test_tries_from_before_still_count(hurt, customer):
    wrong(10)
    hurt[0]()
    assert try_password(customer, PASSWORD) == 200


def test_tries_from_meanwhile_still_count(hurt, customer, monkeypatch):
    wrong(4)
    hurt[0]()
    wrong(6)
    hurt[1]()
    monkeypatch.setattr(kept, "LEFT_ALONE", 0)
    assert try_password(customer, PASSWORD) == 200


def test_redis_that_forgot_is_not_believed(redis, customer):
    wrong(10)
    redis.kill()
    redis.start()
    assert try_password(customer, PASSWORD) == 200


def test_redis_is_left_alone_for_a_while(redis):
    redis.kill()
    assert cache.get("key", 1) == 1
    redis.start()
    cache.set("key", 2)
    assert kept.RedisCache(redis.address, {}).get("key") is None
    assert cache.get("key") == 2


def test_all_else_is_made_of_what_is_kept_twice(redis):
    assert cache.add("a", 1)
    assert not cache.add("a", 2)
    assert cache.incr("a") == 2
    assert cache.touch("a", 60)
    assert cache.get_many(["a", "b"]) == {"a": 2}
    assert cache.delete("a")
    assert not cache.has_key("a")


def test_no_limit_counts_longer_than_redis_is_doubted():
    rates = [rate for limits in (account.RATE_LIMITS, provider.RATE_LIMITS) for rate in limits.values() if rate]
    longest = max(rate.duration for text in rates for rate in parse_rates(text))
    assert longest <= kept.DOUBTED
    assert provider.DEVICE_CODE_EXPIRES_IN <= kept.DOUBTED
