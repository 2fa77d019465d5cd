"""A store hears what becomes of what it sold: each event once, and nothing about anybody else's."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import now

from licenses import services
from licenses.models import License, Plan, Term
from portal.foundation.webhooks.models import Delivery
from portal.foundation.webhooks.services import add_endpoint
from tests.factories import LicenseFactory, PlanFactory, StoreFactory, TermFactory, days
from tests.foundation.api.conftest import Program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def endpoint(store):
    return add_endpoint(client_id=store.pk, url="http://localhost:9/hooks")[0]


def told() -> list[tuple[str, dict]]:
    """What waits to be told, oldest first."""
    return [(row.topic, json.loads(row.body)["data"]) for row in Delivery.objects.order_by("pk")]


def topics() -> list[str]:
    return [topic for topic, _data in told()]


def end_all(ago=timedelta(minutes=1)) -> None:
    Term.objects.update(starts_at=days(-400), ends_at=now() - ago)


def test_store_hears_of_a_delivered_order(order):
    ((topic, data),) = told()
    term = Term.objects.get()
    assert topic == "license.added"
    assert (data["order"], data["plan"], data["product"]) == ("A-1", order.plan.slug, order.plan.product.slug)
    assert data["license"] == License.objects.get().support_key
    assert data["ends_at"] == term.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "email" not in data


def test_waiting_order_is_told_when_it_is_delivered(place):
    place()
    assert told() == []


def test_store_hears_of_its_code_and_not_of_another(codes_order, customer):
    services.redeem_code(
        user=customer,
        text=services.issue_codes(plan=PlanFactory(), count=1, at=now()).codes[0],
        at=now(),
    )
    assert told() == []
    license = services.redeem_code(
        user=customer, text=services.codes_of_order(order=codes_order, at=now())[0], at=now()
    )
    ((topic, data),) = told()
    assert (topic, data["order"], data["license"]) == ("license.added", "C-1", license.support_key)


def test_other_store_hears_nothing(place, customer):
    other = StoreFactory()
    add_endpoint(client_id=other.pk, url="http://localhost:9/other")
    place()
    assert [row.endpoint.client_id for row in Delivery.objects.all()] == ["corner-shop"]


def test_both_stores_hear_of_the_end_by_their_own_numbers(order):
    other = StoreFactory()
    add_endpoint(client_id=other.pk, url="http://localhost:9/other")
    renewal, _new = services.renew_order(order=order, number="A-2", at=now())
    type(renewal).objects.filter(pk=renewal.pk).update(client=other)
    services.block_license(license=License.objects.get(), reason="Charged back.", at=now())
    ended = [data["order"] for topic, data in told() if topic == "license.ended"]
    assert sorted(ended) == ["A-1", "A-2"]


def test_end_that_passes_by_itself_is_told_once(order):
    end_all()
    assert services.announce_expiries(at=now()) == 1
    assert services.announce_expiries(at=now()) == 0
    assert topics() == ["license.added", "license.ended"]
    assert told()[1][1]["reason"] == "expired"


def test_end_between_two_terms_is_none(order):
    services.renew_order(order=order, number="A-2", at=now())
    change = timezone.now()
    Term.objects.filter(order=order).update(starts_at=days(-400), ends_at=change)
    Term.objects.exclude(order=order).update(starts_at=change)
    services.announce_expiries(at=now())
    assert topics() == ["license.added"]


def test_each_end_of_a_license_is_told(order):
    end_all(timedelta(days=10))
    services.announce_expiries(at=now())
    services.renew_order(order=order, number="A-2", at=now())
    assert services.announce_expiries(at=now()) == 0
    Term.objects.filter(order__number="A-2").update(ends_at=now())
    services.announce_expiries(at=now())
    assert topics() == ["license.added", "license.ended", "license.ended"]


def test_license_that_no_store_sold_ends_in_silence():
    LicenseFactory()
    end_all()
    assert services.announce_expiries(at=now()) == 1
    assert told() == []


def test_refund_is_told_once(order):
    services.refund_order(order=order, at=now())
    services.announce_expiries(at=now())
    assert topics() == ["license.added", "license.ended"]
    assert told()[1][1]["reason"] == "refunded"


def test_refund_that_leaves_a_term_ends_nothing(order):
    services.renew_order(order=order, number="A-2", at=now())
    services.refund_order(order=order, at=now())
    services.announce_expiries(at=now())
    assert topics() == ["license.added"]


def test_block_is_told_once_also_when_the_term_passes_later(order):
    services.block_license(license=License.objects.get(), reason="Charged back.", at=now())
    services.block_license(license=License.objects.get(), reason="Charged back.", at=now())
    end_all()
    services.announce_expiries(at=now())
    assert [data.get("reason") for _topic, data in told()] == [None, "blocked"]


def test_block_of_what_was_over_is_no_end(order):
    end_all()
    services.announce_expiries(at=now())
    services.block_license(license=License.objects.get(), reason="Charged back.", at=now())
    assert topics() == ["license.added", "license.ended"]


def test_many_ends_are_noted_in_steps(store):
    TermFactory.create_batch(5, starts_at=days(-9), ends_at=days(-1))
    assert services.announce_expiries(limit=2, at=now()) == 2
    assert services.announce_expiries(limit=10, at=now()) == 3


def test_noting_takes_the_same_queries_however_many_end(django_assert_max_num_queries):
    TermFactory.create_batch(10, starts_at=days(-9), ends_at=days(-1))
    with django_assert_max_num_queries(14):
        services.announce_expiries(at=now())


def test_full_license_is_told_once_a_day(order, customer):
    Plan.objects.get().pools.update(quantity=1)
    product = Program(customer)
    assert product.connect(order.plan.product, 1).status_code == 201
    for number in (2, 3):
        assert product.connect(order.plan.product, number).status_code == 409
    assert topics() == ["license.added", "device.limit_met"]
    license = License.objects.get()
    services.report_full_license(support_key=license.support_key, at=days(1))
    assert topics() == ["license.added", "device.limit_met", "device.limit_met"]


def test_full_license_that_no_store_sold_is_told_nobody(customer):
    license = LicenseFactory(owner=customer, terms__plan__seats=1)
    product = Program(customer)
    for number in (1, 2):
        product.connect(license.product, number)
    assert told() == []


def test_nothing_is_told_of_what_did_not_happen(place, customer):
    with transaction.atomic():
        place()
        transaction.set_rollback(True)
    assert told() == []


def test_command_notes_ends_and_sends(order):
    end_all()
    call_command("work", once=True)
    assert topics() == ["license.added", "license.ended"]
    assert Delivery.objects.first().tries + Delivery.objects.last().tries == 1
