"""Codes tried at the same instant: exactly as many are looked up as the limit allows."""

import pytest
from django.conf import settings
from django.utils.timezone import now

from licenses import services, spelling
from licenses.models import CodeAttempt
from tests.factories import UserFactory
from tests.races import THREADS, race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ADDRESS = "192.0.2.7"
LEFT = 5


@pytest.fixture
def people():
    return UserFactory.create_batch(THREADS)


def all_but(left: int, *, user, limit: str, counted: bool) -> None:
    """Make so many tries from the address that only a few are left of this limit."""
    CodeAttempt.objects.all().delete()
    CodeAttempt.objects.bulk_create(
        CodeAttempt(user=user, address=ADDRESS, refusal="x", counted=counted, made_at=now())
        for _try in range(settings.CODE_LIMITS[limit] - left)
    )


@pytest.mark.parametrize("limit", ["counted_per_address", "any_per_address"])
def test_sixteen_accounts_at_one_address_share_what_is_left(people, limit):
    stranger = UserFactory()

    def prepare():
        all_but(LEFT, user=stranger, limit=limit, counted=limit == "counted_per_address")

    def act(_prepared, number):
        services.submit_code(user=people[number], text=spelling.new_code(), address=ADDRESS, at=now())

    for this in race(act, prepare=prepare, rounds=10):
        assert this.errors == []
        assert sorted(this.refusals) == ["slow_down"] * (THREADS - LEFT) + ["unknown"] * LEFT
