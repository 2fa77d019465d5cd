"""A request that is sent twice with one key is done once: its answer is kept, for its caller alone, for a day."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from devices.models import Device
from licenses.models import Event, Seat
from portal.foundation.api.idempotency import prune_answers
from portal.foundation.api.models import IdempotentResponse
from tests.factories import LicenseFactory, SignInFactory, give_token, standing
from tests.foundation.api.conftest import Program, machine, problem
from tests.races import race

pytestmark = pytest.mark.django_db

KEY = {"Idempotency-Key": "b2f1c7-1"}


@pytest.fixture
def license(customer):
    return LicenseFactory(owner=customer)


@pytest.fixture
def laptop(customer):
    return Program(customer)


def test_same_key_gets_the_same_answer(laptop, license):
    first = laptop.connect(license.product, headers=KEY)
    again = laptop.connect(license.product, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert (again["Idempotency-Replayed"], again["Content-Type"]) == ("true", first["Content-Type"])
    assert "Idempotency-Replayed" not in first
    assert Event.objects.count() == 1


def test_refusal_is_kept_too(laptop, license):
    standing(license).plan.pools.update(on_windows=False)
    first = problem(laptop.connect(license.product, headers=KEY), 409, "wrong_platform")
    standing(license).plan.pools.update(on_windows=True)
    assert problem(laptop.connect(license.product, headers=KEY), 409, "wrong_platform") == first
    assert laptop.connect(license.product, headers={"Idempotency-Key": "b2f1c7-2"}).status_code == 201


def test_answer_without_content_is_kept(laptop, license):
    laptop.connect(license.product)
    answers = [laptop.sign_out(**KEY) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]


@pytest.mark.parametrize("change", [{"name": "Other"}, {"nonce": "2"}, {"number": 2}])
def test_key_of_another_request_is_refused(laptop, license, change):
    laptop.connect(license.product, headers=KEY)
    problem(laptop.connect(license.product, headers=KEY, **change), 422, "idempotency_mismatch")
    problem(laptop.sign_out(**KEY), 422, "idempotency_mismatch")


def test_keys_of_two_sign_ins_have_nothing_to_do_with_each_other(laptop, license, customer):
    laptop.connect(license.product, headers=KEY)
    assert Program(customer).connect(license.product, headers=KEY).status_code == 200


def test_key_stays_when_the_access_token_is_renewed(laptop, license):
    first = laptop.connect(license.product, headers=KEY)
    laptop.token = give_token(laptop.sign_in)
    assert laptop.connect(license.product, headers=KEY).content == first.content


def test_key_is_good_for_a_day(laptop, license):
    first = laptop.connect(license.product, headers=KEY)
    IdempotentResponse.objects.update(began_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert laptop.connect(license.product, headers=KEY).content == first.content
    IdempotentResponse.objects.update(began_at=timezone.now() - timedelta(hours=24, minutes=1))
    assert laptop.connect(license.product, headers=KEY).status_code == 200


def test_old_answers_are_thrown_away(laptop, license):
    laptop.connect(license.product, headers=KEY)
    IdempotentResponse.objects.update(began_at=timezone.now() - timedelta(hours=25))
    laptop.check_in(headers={"Idempotency-Key": "later"})
    prune_answers(at=timezone.now())
    assert IdempotentResponse.objects.get().key == "later"


def test_answer_cannot_be_read_in_the_database(laptop, license):
    laptop.connect(license.product, headers=KEY)
    assert b"lease" not in bytes(IdempotentResponse.objects.get().sealed)


def test_request_that_is_being_answered_says_so(laptop, license):
    laptop.connect(license.product, headers=KEY)
    IdempotentResponse.objects.update(status=None)
    answer = laptop.connect(license.product, headers=KEY)
    problem(answer, 409, "in_progress")
    assert answer["Retry-After"] == "1"


def test_request_whose_process_died_can_be_sent_again(laptop, license):
    laptop.connect(license.product, headers=KEY)
    IdempotentResponse.objects.update(status=None, began_at=timezone.now() - timedelta(seconds=61))
    assert laptop.connect(license.product, headers=KEY).status_code == 200
    assert IdempotentResponse.objects.get().status == 200


def test_crash_leaves_the_key_unused(laptop, license):
    laptop.client.raise_request_exception = False

    def fail(execute, sql, *rest):
        if "licenses_seat" in sql:
            raise DatabaseError("lost")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        problem(laptop.connect(license.product, headers=KEY), 500, "server_error")
    assert not IdempotentResponse.objects.exists()
    assert laptop.connect(license.product, headers=KEY).status_code == 201


def test_limit_is_not_kept(laptop, license, settings):
    settings.LIMITS = {**settings.LIMITS, "connect": (0, timedelta(hours=1))}
    problem(laptop.connect(license.product, headers=KEY), 429, "slow_down")
    settings.LIMITS = {**settings.LIMITS, "connect": (30, timedelta(hours=1))}
    assert laptop.connect(license.product, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "two words", "ä", "x" * 256, "tab\t"])
def test_odd_key_is_refused(laptop, license, key):
    problem(laptop.connect(license.product, headers={"Idempotency-Key": key}), 400, "bad_idempotency_key")
    assert not Device.objects.exists()


def test_reading_takes_no_key(laptop):
    assert laptop.call("GET", "/licenses", **KEY).status_code == 200
    assert not IdempotentResponse.objects.exists()


def test_wrong_token_leaves_no_row(laptop, license):
    laptop.token = "wrong"
    problem(laptop.connect(license.product, headers=KEY), 401, "invalid_token")
    assert not IdempotentResponse.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_are_done_once():
    def prepare():
        license = LicenseFactory()
        sign_in = SignInFactory(user=license.owner)
        return license, sign_in, give_token(sign_in)

    def act(prepared, number):
        license, sign_in, token = prepared
        return Program(sign_in=sign_in, token=token).connect(license.product, f"{license.pk:032x}", headers=KEY)

    for this in race(act, prepare=prepare, rounds=10):
        license, _sign_in, _token = this.prepared
        assert this.errors == []
        statuses = [answer.status_code for answer in this.results]
        assert set(statuses) <= {201, 409}
        assert statuses.count(201) >= 1
        assert {answer.json()["code"] for answer in this.results if answer.status_code == 409} <= {"in_progress"}
        assert len({answer.content for answer in this.results if answer.status_code == 201}) == 1
        assert Seat.objects.filter(license=license).count() == 1
        assert Device.objects.filter(machine_id=machine(license.pk)).count() == 1
