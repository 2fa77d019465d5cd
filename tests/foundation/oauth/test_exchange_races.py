"""A code, a device's code, a refresh token, eight times at the same instant: one is paid, whatever keeps the codes."""

import pytest
from django.core.cache import cache

from portal.foundation.oauth.models import IssuedToken, SignIn
from tests import redis_server
from tests.factories import days
from tests.foundation.oauth.apps import ACTIVATE
from tests.races import race

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wait", "any_cache"),
]
THREADS = 8


@pytest.fixture(scope="module")
def redis():
    with redis_server.running() as address:
        yield address


@pytest.fixture(params=["database", "Redis"])
def any_cache(request, settings):
    """Keep codes where an operator may: in a table of the database, or in Redis."""
    if request.param == "Redis":
        address = request.getfixturevalue("redis")
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": address}}
    yield
    cache.clear()


@pytest.fixture
def no_limit(settings):
    settings.IDP_OIDC_RATE_LIMITS = False


def only_winner(this) -> dict:
    """Return what the one that was paid got; all others were refused in words."""
    assert this.errors == []
    paid = [answer.json() for answer in this.results if answer.status_code == 200]
    refused = [answer.json()["error"] for answer in this.results if answer.status_code == 400]
    assert (len(paid), refused) == (1, ["invalid_grant"] * (THREADS - 1))
    return paid[0]


def test_one_code_eight_times(product):
    for this in race(lambda code, _number: product.redeem(code), prepare=product.code, threads=THREADS):
        tokens = only_winner(this)
        assert SignIn.objects.get().end == SignIn.End.REPLAYED
        assert product.userinfo(tokens["access_token"]).status_code == 401
        assert product.refresh(tokens["refresh_token"]).status_code == 400
        SignIn.objects.all().delete()


def test_one_refresh_token_eight_times(product):
    def prepare():
        SignIn.objects.all().delete()
        return product.sign_in()["refresh_token"]

    for this in race(lambda token, _number: product.refresh(token), prepare=prepare, threads=THREADS):
        tokens = only_winner(this)
        assert SignIn.objects.get().ended_at is None
        assert product.userinfo(tokens["access_token"]).status_code == 200
        IssuedToken.objects.filter(spent_at__isnull=False).update(spent_at=days(-1))
        assert product.refresh(this.prepared).status_code == 400
        assert SignIn.objects.get().end == SignIn.End.REPLAYED
        assert product.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.usefixtures("no_limit")
def test_one_device_code_eight_times(product):
    def prepare():
        SignIn.objects.all().delete()
        asked = product.ask_for_code().json()
        product.browser.post(ACTIVATE, {"code": asked["user_code"], "action": "confirm"})
        return asked["device_code"]

    for this in race(lambda code, _number: product.poll(code), prepare=prepare, threads=THREADS):
        tokens = only_winner(this)
        assert SignIn.objects.get().end == SignIn.End.REPLAYED
        assert product.userinfo(tokens["access_token"]).status_code == 401


def test_renewing_against_ending(product, customer):
    """Whoever is first: once it is over, nothing of an ended sign-in works."""

    def act(tokens, number):
        if number % 2:
            return product.refresh(tokens["refresh_token"])
        return product.post("/identity/o/api/revoke", token=tokens["refresh_token"])

    for this in race(act, prepare=product.sign_in, threads=4):
        assert this.errors == []
        assert SignIn.objects.get().end == SignIn.End.SIGNED_OUT
        for answer in (answer for answer in this.results if b"access_token" in answer.content):
            assert product.userinfo(answer.json()["access_token"]).status_code == 401
            assert product.refresh(answer.json()["refresh_token"]).status_code == 400
        SignIn.objects.all().delete()
