"""The form that issues codes, pressed by impatient fingers at the same instant: one batch."""

from uuid import uuid4

import pytest
from django.utils.timezone import now

from licenses import services
from licenses.models import CodeBatch
from tests.factories import PlanFactory
from tests.races import race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_one_form_makes_one_batch(staff):
    plan = PlanFactory()

    def press(key, number):
        return services.issue_codes_once(form_key=key, plan=plan, count=2, actor=staff, at=now())

    for this in race(press, prepare=uuid4, threads=4, rounds=10):
        assert (this.errors, this.refusals) == ([], [])
        batch = CodeBatch.objects.get(form_key=this.prepared)
        assert {found for found, _is_new in this.results} == {batch}
        assert sum(is_new for _batch, is_new in this.results) == 1
        assert batch.codes.count() == 2
