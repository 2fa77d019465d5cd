"""Tell stores what happened: each message once, in order about the same thing, again later when it fails."""

import json
import logging
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection as database
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.foundation.crypto.sealing import LostKeyError

from .models import OVERLAP, Delivery, Endpoint
from .post import Answer, post
from .signing import new_secret, seal_secret, signed_headers
from .topics import all_topics

logger = logging.getLogger("portal.foundation.webhooks")

# While one worker has a message in hand, no other takes it; if that worker dies, it is due again after this time.
IN_HAND = timedelta(minutes=5)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
# So long nobody who does not answer is called again, whatever else there is to tell.
ENDPOINT_PAUSE = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(days=3)
KEEP_FOR = timedelta(days=30)
GONE = 410
USER_AGENT = "Portal-Webhooks/1"


def announce(*, type: str, subject: str, client_id: str, data: dict[str, Any], event_id: str, at: datetime) -> int:
    """Leave a message for each endpoint of a store that wants it, in the caller's transaction; return how many.

    The same `event_id` is told an endpoint once. Whoever announces about a subject holds its lock, so that messages
    stand in the order in which things happened.
    """
    body = json.dumps({"type": str(type), "timestamp": written(at), "data": data}, separators=(",", ":"))
    deliveries = [
        Delivery(endpoint=endpoint, event_id=event_id, topic=type, subject=subject, body=body, created_at=at)
        for endpoint in Endpoint.objects.listening().filter(client_id=client_id)
        if type in endpoint.topics
    ]
    if deliveries:
        Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    return len(deliveries)


def written(moment: datetime) -> str:
    """Write a moment as the API does: RFC 3339, UTC, “Z”."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def deliver_due(*, limit: int = 100) -> int:
    """Send the messages that are due, oldest first, and return how many arrived."""
    delivered = 0
    for _number in range(limit):
        delivery = claim_next()
        if delivery is None:
            break
        delivered += deliver(delivery)
    return delivered


@transaction.atomic
def claim_next() -> Delivery | None:
    """Take the next due message in hand, so that no other worker does; None when there is none."""
    now = timezone.now()
    due = Delivery.objects.due(now).select_related("endpoint")
    if database.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    delivery = due.first()
    if delivery is not None:
        Delivery.objects.filter(pk=delivery.pk).update(next_try_at=now + IN_HAND, tries=F("tries") + 1)
        delivery.refresh_from_db(fields=["next_try_at", "tries"])
    return delivery


def deliver(delivery: Delivery) -> bool:
    """Send one message and record the outcome."""
    try:
        answer = send(delivery)
    except LostKeyError:
        return try_later(delivery, "SECRET_KEY was changed without its fallback: make a new secret for the endpoint")
    except ValidationError as refusal:
        return try_later(delivery, refusal.messages[0])
    except Exception as error:  # whatever a receiver does to us, the worker goes on
        pause(delivery.endpoint)
        return try_later(delivery, type(error).__name__)
    if 200 <= answer.status < 300:
        facts = {"delivered_at": timezone.now(), "last_status": answer.status, "last_error": ""}
        return bool(Delivery.objects.waiting().filter(pk=delivery.pk).update(**facts))
    if answer.status == GONE:
        disable_endpoint(endpoint=delivery.endpoint)
    return try_later(delivery, "", answer)


def send(delivery: Delivery) -> Answer:
    body = delivery.body.encode()
    headers = signed_headers(
        event_id=delivery.event_id,
        timestamp=int(timezone.now().timestamp()),
        body=body,
        sealed_secrets=delivery.endpoint.sealed_secrets,
    )
    return post(delivery.endpoint.url, body, {"Content-Type": "application/json", "User-Agent": USER_AGENT, **headers})


def try_later(delivery: Delivery, error: str, answer: Answer | None = None) -> bool:
    """Let a message that did not arrive wait, each time about twice as long; give it up after three days."""
    facts: dict[str, Any] = {"last_status": answer.status if answer else None, "last_error": error[:200]}
    reason = error or f"status {facts['last_status']}"
    if delivery.tried_since < timezone.now() - GIVE_UP_AFTER:
        logger.error("Webhook message %s is given up: %s", delivery.pk, reason)
        facts["given_up_at"] = timezone.now()
    else:
        logger.warning("Webhook message %s did not arrive: %s", delivery.pk, reason)
        facts["next_try_at"] = timezone.now() + wait_after(delivery.tries, answer)
    Delivery.objects.waiting().filter(pk=delivery.pk).update(**facts)
    return False


def wait_after(tries: int, answer: Answer | None) -> timedelta:
    """Return how long to wait: jittered, and as long as the receiver asks, if that is not too long."""
    wait = min(FIRST_WAIT * 2 ** min(tries - 1, 12), LONGEST_WAIT) * random.uniform(0.8, 1.2)  # noqa: S311 (no secret)
    asked = answer.retry_after if answer else ""
    return max(wait, min(timedelta(seconds=int(asked[:9])), LONGEST_WAIT)) if asked.isdecimal() else wait


def pause(endpoint: Endpoint) -> None:
    """Leave a receiver that does not answer alone for a moment, so that others are not held up by waiting for it."""
    Endpoint.objects.filter(pk=endpoint.pk).update(paused_until=timezone.now() + ENDPOINT_PAUSE)


def send_again(*, deliveries) -> int:
    """Make these messages due now, also those that arrived or were given up; return how many."""
    now = timezone.now()
    Endpoint.objects.filter(deliveries__in=deliveries).update(paused_until=None)
    return deliveries.update(next_try_at=now, tried_since=now, delivered_at=None, given_up_at=None)


def add_endpoint(*, client_id: str, url: str, topics: list[str] | None = None) -> tuple[Endpoint, str]:
    """Let a store listen at an address; return the endpoint and its secret, which is shown this once.

    Raises `bad_webhook_address`, `private_webhook_address`, `bad_topic`.
    """
    secret = new_secret()
    endpoint = Endpoint(client_id=client_id, url=url, sealed_secret=seal_secret(secret))
    if topics is not None:
        endpoint.topics = topics
    if not endpoint.topics or set(endpoint.topics) - set(all_topics()):
        raise ValidationError(_("Choose what the store hears about."), code="bad_topic")
    endpoint.full_clean()
    endpoint.save()
    return endpoint, secret


@transaction.atomic
def rotate_secret(*, endpoint: Endpoint) -> tuple[Endpoint, str]:
    """Give an endpoint a new secret, shown this once; for a day messages carry the old signature as well."""
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    secret = new_secret()
    endpoint.sealed_previous_secret, endpoint.sealed_secret = endpoint.sealed_secret, seal_secret(secret)
    endpoint.rotated_at = timezone.now()
    endpoint.save(update_fields=["sealed_previous_secret", "sealed_secret", "rotated_at"])
    return endpoint, secret


def disable_endpoint(*, endpoint: Endpoint) -> None:
    """Tell an endpoint nothing more; what waits, waits."""
    Endpoint.objects.listening().filter(pk=endpoint.pk).update(disabled_at=timezone.now())


def enable_endpoint(*, endpoint: Endpoint) -> None:
    """Send to an endpoint again, what waits first; its three days begin anew."""
    now = timezone.now()
    if Endpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=False).update(disabled_at=None, paused_until=None):
        Delivery.objects.waiting().filter(endpoint=endpoint).update(tried_since=now, next_try_at=now)


def prune_old() -> int:
    """Delete messages that arrived or were given up long ago, and secrets that no longer sign; return how many."""
    now = timezone.now()
    stale = Endpoint.objects.filter(rotated_at__lt=now - OVERLAP).exclude(sealed_previous_secret=b"")
    stale.update(sealed_previous_secret=b"")
    before = now - KEEP_FOR
    return Delivery.objects.filter(Q(delivered_at__lt=before) | Q(given_up_at__lt=before)).delete()[0]
