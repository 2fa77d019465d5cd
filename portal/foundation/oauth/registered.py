"""What the apps say about sign-ins when they are ready; this file imports no model, so that they can."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Scope:
    """What a token may do."""

    name: str
    # In the words of the page that asks a person, and of the API's document.
    asks: Any
    says: str
    # Only a person can allow it; every other one is a store's, which signs in as itself and has no account.
    of_persons: bool


SCOPES: dict[str, Scope] = {}
# What is read of a caller in the one query that looks a token up.
READ_ALONG = {"sign_in__user", "sign_in__client"}


def register_scope(scope: Scope) -> None:
    SCOPES[scope.name] = scope


def scopes_of(*, persons: bool) -> list[Scope]:
    return [scope for scope in SCOPES.values() if scope.of_persons is persons]
