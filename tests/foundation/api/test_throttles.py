"""Limits: exact, told before they are met, and for each account by itself."""

from datetime import timedelta

import pytest

from portal.foundation.api import limits
from portal.foundation.api.models import RateCount
from tests.factories import LicenseFactory
from tests.foundation.api.conftest import Program, problem
from tests.races import THREADS, race

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(settings):
    """Three calls an hour, of everything."""
    settings.LIMITS = dict.fromkeys(settings.LIMITS, (3, timedelta(hours=1)))


def ask(program):
    return program.call("GET", "/licenses")


def test_what_is_left_is_told(customer, three):
    program = Program(customer)
    answers = [ask(program) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer["RateLimit"].partition(";t=")[0] for answer in answers] == [
        f'"licenses";r={left}' for left in (2, 1, 0)
    ]
    assert answers[0]["RateLimit-Policy"] == '"licenses";q=3;w=3600'


def test_one_more_is_refused_until_the_window_is_over(customer, three):
    program = Program(customer)
    for _time in range(3):
        ask(program)
    answer = ask(program)
    said = problem(answer, 429, "slow_down")
    wait = int(answer["Retry-After"])
    assert 3590 <= wait <= 3600
    assert said["detail"] == "Please try again in 60 minutes."
    assert answer["RateLimit"] == f'"licenses";r=0;t={wait}'
    RateCount.objects.update(began_at=RateCount.objects.get().began_at - wait)
    assert ask(program).status_code == 200


def test_each_account_has_its_own_limit(customer, other_customer, three):
    first = Program(customer)
    for _time in range(4):
        ask(first)
    assert ask(Program(other_customer)).status_code == 200


def test_each_device_has_its_own_limit_of_check_ins(customer, three):
    license = LicenseFactory(owner=customer)
    programs = [Program(customer), Program(customer)]
    for number, program in enumerate(programs):
        program.connect(license.product, 1000 + number)
    assert [programs[0].check_in(1000).status_code for _time in range(4)] == [200, 200, 200, 429]
    assert programs[1].check_in(1001).status_code == 200


def test_limits_are_those_of_the_protocol(settings):
    hour = timedelta(hours=1)
    assert settings.LIMITS["connect"] == (30, hour)
    assert settings.LIMITS["check-in"] == (60, hour)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_every_call_counts_once_however_many_come_together():
    for this in race(lambda who, _number: limits.count("connect", who).number, prepare=lambda: "same", rounds=10):
        assert (this.errors, this.refusals) == ([], [])
        assert len(set(this.results)) == THREADS
    assert RateCount.objects.get().count == 10 * THREADS


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_thirty_connects_pass_of_many_that_come_together(customer):
    """Sixteen at once, three times: exactly thirty are answered, over HTTP."""
    license, programs = LicenseFactory(owner=customer), [Program(customer) for _thread in range(THREADS)]

    def act(_prepared, number):
        return programs[number].connect(license.product, 1000 + number).status_code

    statuses = [status for this in race(act, prepare=lambda: None, rounds=3) for status in this.results]
    assert len(statuses) == 48
    assert statuses.count(429) == 18
    assert set(statuses) <= {200, 201, 409, 429}
