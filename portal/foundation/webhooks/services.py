"""Tell stores what happened: signed, in order about the same thing; the queue tries again what did not arrive."""

import json
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.foundation.crypto.sealing import LostKeyError
from portal.foundation.queue.services import Clock, Facts, TryLaterError, prune, try_again, work_off

from .models import OVERLAP, Delivery, Endpoint
from .post import Answer, post
from .signing import new_secret, seal_secret, signed_headers
from .topics import all_topics

# For how long nobody who does not answer is called again, whatever else there is to tell.
ENDPOINT_PAUSE = timedelta(seconds=30)
GONE = 410
USER_AGENT = "Portal-Webhooks/1"
LOST_KEY = "SECRET_KEY was changed without its fallback: make a new secret for the endpoint"


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


def deliver_due(*, clock: Clock, stop: Event | None = None, limit: int | None = None) -> int:
    """Send the messages that are due, oldest first, and return how many arrived."""
    return work_off(Delivery, deliver, clock=clock, stop=stop, limit=limit)


def deliver(delivery: Delivery, clock: Clock) -> Facts:
    """Send one message; return what to note of it. Raises `TryLaterError` unless the receiver says that it has it."""
    try:
        answer = send(delivery, at=clock())
    except LostKeyError as error:
        raise TryLaterError(LOST_KEY, last_status=None) from error
    except ValidationError as refusal:
        raise TryLaterError(refusal.messages[0], last_status=None) from refusal
    except Exception as error:  # whatever a receiver does to us
        pause(delivery.endpoint, at=clock())
        raise TryLaterError(type(error).__name__, last_status=None) from error
    if answer.status == GONE:
        disable_endpoint(endpoint=delivery.endpoint, at=clock())
    if not 200 <= answer.status < 300:
        raise TryLaterError("", wait=asked_wait(answer), last_status=answer.status)
    return {"last_status": answer.status}


def send(delivery: Delivery, *, at: datetime) -> Answer:
    body = delivery.body.encode()
    headers = signed_headers(
        event_id=delivery.event_id,
        timestamp=int(at.timestamp()),
        body=body,
        sealed_secrets=delivery.endpoint.sealed_secrets(at),
    )
    return post(delivery.endpoint.url, body, {"Content-Type": "application/json", "User-Agent": USER_AGENT, **headers})


def asked_wait(answer: Answer) -> timedelta:
    """Return how long the receiver asks us to wait, if that is not too long."""
    asked = answer.retry_after
    return min(timedelta(seconds=int(asked[:9])), Delivery.LONGEST_WAIT) if asked.isdecimal() else timedelta(0)


def pause(endpoint: Endpoint, *, at: datetime) -> None:
    """Leave a receiver that does not answer alone for a moment, so that others are not held up by waiting for it."""
    Endpoint.objects.filter(pk=endpoint.pk).update(paused_until=at + ENDPOINT_PAUSE)


def send_again(*, deliveries: QuerySet[Delivery], at: datetime) -> int:
    """Make these messages due now, also those that arrived or were given up; return how many."""
    Endpoint.objects.filter(deliveries__in=deliveries).update(paused_until=None)
    return try_again(deliveries, at=at)


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
def rotate_secret(*, endpoint: Endpoint, at: datetime) -> tuple[Endpoint, str]:
    """Give an endpoint a new secret, shown this once; for a day messages carry the old signature as well."""
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    secret = new_secret()
    endpoint.sealed_previous_secret, endpoint.sealed_secret = endpoint.sealed_secret, seal_secret(secret)
    endpoint.rotated_at = at
    endpoint.save(update_fields=["sealed_previous_secret", "sealed_secret", "rotated_at"])
    return endpoint, secret


def disable_endpoint(*, endpoint: Endpoint, at: datetime) -> None:
    """Tell an endpoint nothing more; what waits, waits."""
    Endpoint.objects.listening().filter(pk=endpoint.pk).update(disabled_at=at)


def enable_endpoint(*, endpoint: Endpoint, at: datetime) -> None:
    """Send to an endpoint again, what waits first; its three days begin anew."""
    if Endpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=False).update(disabled_at=None, paused_until=None):
        Delivery.objects.waiting().filter(endpoint=endpoint).update(tried_since=at, next_try_at=at)


def prune_messages(*, at: datetime) -> int:
    """Delete messages that arrived or were given up long ago, and secrets that no longer sign; return how many."""
    stale = Endpoint.objects.filter(rotated_at__lt=at - OVERLAP).exclude(sealed_previous_secret=b"")
    stale.update(sealed_previous_secret=b"")
    return prune(Delivery, at=at)
