"""The record of what happened; written in the same transaction as the change itself."""

from licenses.models import Event


def record_event(verb: str, *, actor=None, details: dict | None = None, **objects) -> Event:
    """Append one event; `objects` may name license, device, code, order and batch."""
    return Event.objects.create(verb=verb, actor=actor, details=details or {}, **objects)
