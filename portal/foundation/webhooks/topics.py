"""What an endpoint may hear about: each app registers its topics when it is ready, so this file imports no model."""

from collections.abc import Iterable
from typing import Any

# The words for staff, by the name that receivers know.
LABELS: dict[str, Any] = {}


def register_topics(named: Iterable[tuple[str, Any]]) -> None:
    """Add topics, each with its words: the `choices` of an app's `Topic`."""
    LABELS.update(named)


def topic_choices() -> list[tuple[str, Any]]:
    return list(LABELS.items())


def all_topics() -> list[str]:
    return list(LABELS)
