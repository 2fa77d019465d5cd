"""What keys sign: each app registers its purpose when it is ready, so this file imports no model."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Purpose:
    """A key of one purpose never signs for another: what is signed for one app must mean nothing to the next."""

    name: str
    label: Any
    algorithm: Literal["EdDSA", "RS256"]


PURPOSES: dict[str, Purpose] = {}


def register_purpose(purpose: Purpose) -> None:
    PURPOSES[purpose.name] = purpose


def purpose_choices() -> list[tuple[str, Any]]:
    return [(purpose.name, purpose.label) for purpose in PURPOSES.values()]
