"""One code, many people at the same instant: exactly one license, and an answer for everybody."""

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from licenses import services
from licenses.models import License, Term
from tests.factories import PlanFactory, UserFactory, days, fresh_code
from tests.ledger import forget_licenses
from tests.races import THREADS, race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def plan():
    return PlanFactory()


def test_one_code_sixteen_customers(plan):
    people = UserFactory.create_batch(THREADS)

    def redeem(code, number):
        return services.redeem_code(user=people[number], text=code, at=now())

    for this in race(redeem, prepare=lambda: fresh_code(plan)):
        assert this.errors == []
        assert len(this.results) == 1
        assert this.refusals == ["taken"] * (THREADS - 1)
    assert License.objects.count() == Term.objects.count()


def test_one_code_one_customer_sixteen_times(plan):
    person = UserFactory()

    def redeem(code, number):
        return services.redeem_code(user=person, text=code, at=now())

    def fresh_start():
        forget_licenses()
        return fresh_code(plan)

    for this in race(redeem, prepare=fresh_start):
        assert this.errors == []
        assert len(this.results) == 1
        assert this.refusals == ["yours_already"] * (THREADS - 1)
        assert License.objects.count() == 1


def test_revoking_against_redeeming(plan):
    people = UserFactory.create_batch(THREADS)

    def act(code, number):
        if number % 2:
            return services.redeem_code(user=people[number], text=code[0], at=now())
        services.revoke_code(code=code[1], reason="lost", at=now())
        return None

    def prepare():
        text = fresh_code(plan)
        with transaction.atomic():
            return text, services.redeem.find_code(text)

    for this in race(act, prepare=prepare):
        assert this.errors == []
        code = this.prepared[1]
        code.refresh_from_db()
        assert (code.revoked_at is None) == Term.objects.filter(code=code).exists()


def test_account_never_holds_more_than_its_cap(plan, settings):
    settings.CODE_LIMITS = {**settings.CODE_LIMITS, "licenses_per_account": 3}

    def redeem(prepared, number):
        return services.redeem_code(user=prepared[0], text=prepared[1][number], at=now())

    def prepare():
        return UserFactory(), [fresh_code(plan) for _thread in range(THREADS)]

    for this in race(redeem, prepare=prepare, rounds=5):
        assert this.errors == []
        assert len(this.results) == 3


def test_harness_sees_a_naive_twin_fail(plan):
    """Read, think, write, without lock or constraint: on PostgreSQL several racers win the same code."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time and hides this mistake; the same suite runs on PostgreSQL too")
    people = UserFactory.create_batch(THREADS)

    @transaction.atomic
    def naive(code, number):
        if License.objects.filter(blocked_reason=code).exists():
            return None
        license = License.objects.create(
            owner=people[number],
            product=plan.product,
            support_key=services.terms.new_support_key(),
            blocked_reason=code,
        )
        return Term.objects.create(license=license, plan=plan, starts_at=now(), ends_at=days(365))

    rounds = list(race(naive, prepare=lambda: fresh_code(plan)))
    violated = [this for this in rounds if License.objects.filter(blocked_reason=this.prepared).count() > 1]
    assert len(violated) >= len(rounds) * 0.9
