"""What the database itself refuses, whatever the code above it does."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from licenses import services
from licenses.models import ActivationCode, CodeBatch, Plan, Product, SeatPool, Term
from tests.factories import LicenseFactory, PlanFactory, SeatPoolFactory, TermFactory

pytestmark = pytest.mark.django_db


def refuses(name):
    return pytest.raises(IntegrityError, match=name)


def test_code_starts_one_term_only():
    services.issue_codes(plan=PlanFactory(), count=1, at=timezone.now())
    code = ActivationCode.objects.get()
    TermFactory(code=code)
    with refuses("code_id"):
        TermFactory(code=code)


def test_term_ends_after_it_starts():
    now = timezone.now()
    with refuses("term_ends_after_it_starts"):
        TermFactory(starts_at=now, ends_at=now)


@pytest.mark.postgres
def test_terms_of_a_license_do_not_overlap():
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has exclusion constraints; the same suite runs there too")
    license = LicenseFactory()
    term = license.terms.get()
    with refuses("terms_do_not_overlap"), transaction.atomic():
        TermFactory(
            license=license, starts_at=term.ends_at - timedelta(days=1), ends_at=term.ends_at + timedelta(days=9)
        )
    TermFactory(license=license, starts_at=term.ends_at, ends_at=term.ends_at + timedelta(days=9))


@pytest.mark.parametrize(
    ("rows", "change", "name"),
    [
        (PlanFactory, {"term_length": 0}, "plan_term_at_least_one"),
        (SeatPoolFactory, {"quantity": 0}, "pool_has_at_least_one_seat"),
        (
            SeatPoolFactory,
            dict.fromkeys(["on_windows", "on_macos", "on_android", "on_ios", "on_server"], False),
            "pool_takes_some_platform",
        ),
    ],
)
def test_what_is_sold_makes_sense(rows, change, name):
    row = rows()
    with refuses(name):
        type(row).objects.filter(pk=row.pk).update(**change)


def test_code_is_revoked_for_a_reason():
    services.issue_codes(plan=PlanFactory(), count=1, at=timezone.now())
    with refuses("code_is_revoked_for_a_reason"):
        ActivationCode.objects.update(revoked_at=timezone.now())


def test_product_does_not_succeed_itself():
    product = PlanFactory().product
    with refuses("product_does_not_succeed_itself"):
        Product.objects.update(successor=product)


def test_batch_has_four_or_five_groups():
    services.issue_codes(plan=PlanFactory(), count=1, at=timezone.now())
    with refuses("batch_code_has_4_or_5_groups"):
        CodeBatch.objects.update(groups=3)


def test_what_people_read_is_written_for_each_constraint():
    for model in (Plan, Product, SeatPool, Term, ActivationCode, CodeBatch):
        for constraint in model._meta.constraints:
            assert constraint.violation_error_message != constraint.default_violation_error_message
