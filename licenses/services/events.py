"""The record of what happened; written in the same transaction as the change itself."""

from datetime import datetime

from licenses.models import Event


def record_event(verb: str, *, at: datetime, actor=None, details: dict | None = None, **objects) -> Event:
    """Append one event; `objects` may name license, device, code, order and batch."""
    return Event.objects.create(verb=verb, at=at, actor=actor, details=details or {}, **objects)


def record_events(*events: Event) -> None:
    """Append several events by one statement, in this order."""
    Event.objects.bulk_create(events)
