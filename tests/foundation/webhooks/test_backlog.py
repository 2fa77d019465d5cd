"""However much waits, the next message is found at once, and what waits for one store delays no other."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal.foundation.queue.services import claim
from portal.foundation.webhooks import services
from portal.foundation.webhooks.models import Delivery, Endpoint
from tests.factories import StoreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def backlog(endpoint):
    """Three thousand messages for a store that does not answer."""
    Endpoint.objects.update(paused_until=timezone.now() + timedelta(minutes=1))
    facts = {"endpoint": endpoint, "topic": "license.added", "body": "{}"}
    Delivery.objects.bulk_create(
        Delivery(event_id=f"event-{number}", subject=f"{number % 1000:04}", **facts) for number in range(3000)
    )


def test_store_that_does_not_answer_delays_no_other(backlog, tell):
    other = StoreFactory(id="other-shop")
    services.add_endpoint(client_id=other.pk, url="http://127.0.0.1:9/hooks")
    tell("added-1", client_id=other.pk)
    assert claim(Delivery, at=timezone.now()).event_id == "added-1"
    assert claim(Delivery, at=timezone.now()) is None


def test_each_store_has_its_turn(endpoint, tell):
    other = StoreFactory(id="other-shop")
    services.add_endpoint(client_id=other.pk, url="http://127.0.0.1:9/hooks")
    for number in range(3):
        tell(f"first-{number}", subject=f"{number:04}")
    tell("second", client_id=other.pk)
    assert len(Delivery.objects.next_due(timezone.now())) == 2
    assert [claim(Delivery, at=timezone.now()).event_id for _turn in range(4)] == [
        *("first-0", "first-1", "first-2"),
        "second",
    ]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL explains itself")
def test_next_message_is_found_by_its_index(backlog):
    Endpoint.objects.update(paused_until=None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE webhooks_delivery")
    plan = Delivery.objects.next_due(timezone.now())[:1].explain()
    assert "delivery_due" in plan
    assert "Seq Scan on webhooks_delivery" not in plan
