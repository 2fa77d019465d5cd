"""Whoever sends wrong tokens, codes or secrets has to wait; whoever sends right ones never does."""

from datetime import timedelta

import pytest
from django.test import Client

from portal.foundation.api.models import RateCount
from portal.foundation.oauth.services import register_client
from tests.factories import AppFactory
from tests.foundation.oauth.apps import REVOKE, TOKEN, Product
from tests.races import THREADS, race

pytestmark = pytest.mark.django_db
LIMIT = 3


@pytest.fixture(autouse=True)
def three(settings):
    few = dict.fromkeys(["wrong-token", "wrong-secret"], (LIMIT, timedelta(minutes=10)))
    settings.LIMITS = {**settings.LIMITS, **few}


@pytest.fixture
def store():
    client, secret = register_client(id="web-store", name="Web store", kind="store")
    client.plain = secret
    return client


def ask(store, secret, address="192.0.2.7"):
    form = {"grant_type": "client_credentials", "client_id": store.pk, "client_secret": secret}
    return Client(REMOTE_ADDR=address).post(TOKEN, form)


def told_to_wait(answer) -> bool:
    assert (answer.status_code == 429) == (answer.json().get("error") == "slow_down")
    return answer.status_code == 429 and 590 <= int(answer["Retry-After"]) <= 600


def wrong_tokens(app, ask) -> list[bool]:
    return [told_to_wait(ask(f"made-up-{number}")) for number in range(LIMIT + 1)]


@pytest.mark.parametrize("ask", ["refresh", "redeem"])
def test_wrong_tokens_are_slowed_down(product, ask):
    assert wrong_tokens(product.app, getattr(product, ask)) == [False] * LIMIT + [True]
    RateCount.objects.update(began_at=0)
    assert getattr(product, ask)("made-up").json()["error"] == "invalid_grant"


def test_right_tokens_of_the_same_address_are_paid_all_the_same(product):
    tokens = product.sign_in()
    wrong_tokens(product.app, product.refresh)
    assert product.refresh(tokens["refresh_token"]).status_code == 200
    assert product.sign_in()["access_token"]


def test_token_that_has_ended_is_told_so_and_not_counted(product):
    token = product.sign_in()["refresh_token"]
    product.post(REVOKE, token=token)
    assert {product.refresh(token).json()["error"] for _time in range(LIMIT + 1)} == {"invalid_grant"}
    assert not told_to_wait(product.refresh("made-up"))


def test_another_product_at_the_address_is_not_slowed_down(product):
    wrong_tokens(product.app, product.refresh)
    assert not told_to_wait(Product(AppFactory()).refresh("made-up"))


def test_made_up_clients_are_counted_together(product):
    answers = [product.refresh("made-up", client_id="x" * (number + 100)) for number in range(LIMIT + 1)]
    assert [told_to_wait(answer) for answer in answers] == [False] * LIMIT + [True]


def test_wrong_secrets_shut_the_door_for_the_right_one_too(store):
    assert [told_to_wait(ask(store, "wrong")) for _try in range(LIMIT + 1)] == [False] * LIMIT + [True]
    assert told_to_wait(ask(store, store.plain))
    assert ask(store, store.plain, "192.0.2.8").status_code == 200


def test_right_secrets_are_not_counted(store):
    assert {ask(store, store.plain).status_code for _time in range(LIMIT + 2)} == {200}
    assert not told_to_wait(ask(store, "wrong"))


def test_revoking_is_no_other_way_to_guess_a_secret(store):
    form = {"token": "x", "client_id": store.pk, "client_secret": "wrong"}
    answers = [Client().post(REVOKE, form) for _try in range(LIMIT + 1)]
    assert [answer.status_code for answer in answers] == [401] * LIMIT + [429]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_secrets_guessed_at_once_are_judged_as_often_as_the_limit_says(store):
    def prepare():
        RateCount.objects.all().delete()

    for this in race(lambda _nothing, number: ask(store, f"wrong-{number}").status_code, prepare=prepare, rounds=5):
        assert this.errors == []
        assert sorted(this.results) == [401] * LIMIT + [429] * (THREADS - LIMIT)
