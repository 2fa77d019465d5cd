"""What events can say: each app registers its verbs when it is ready, so this file imports no model."""

from collections.abc import Iterable
from typing import Any

# The sentence of each verb; what stands in %(…)s is in the event's `details`.
SENTENCES: dict[str, Any] = {}


def register_verbs(sentences: Iterable[tuple[str, Any]]) -> None:
    """Add verbs, each with its sentence: the `choices` of an app's `Verb`."""
    SENTENCES.update(sentences)
