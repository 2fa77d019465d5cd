"""A code typed before the account could take it: kept sealed, offered until it is added or dropped."""

from django.db import transaction

from licenses import codes
from licenses.models import License, WaitingCode

from .attempts import submit_code

SESSION_KEY = "waiting_code"
LONGEST_TEXT = 100


def keep_code_in_session(*, session, text: str) -> None:
    """Keep what a visitor typed in the session, sealed, because the session lies in the database."""
    session[SESSION_KEY] = codes.seal(text[:LONGEST_TEXT])


def move_waiting_code(*, session, user) -> WaitingCode | None:
    """Give the code that waits in this session to the account of its owner; None when there is none."""
    text = codes.unseal(session.pop(SESSION_KEY, "") or "")
    return keep_code(user=user, text=text) if text else None


def keep_code(*, user, text: str) -> WaitingCode:
    """Keep a code for this account; a newer one replaces it."""
    hint = codes.normalize(text)[-codes.GROUP :]
    waiting, _created = WaitingCode.objects.update_or_create(
        user=user, defaults={"sealed": codes.seal(text), "hint": hint}
    )
    return waiting


def add_waiting_code(*, user, address: str | None = None) -> License:
    """Add the code that waits; once it is a license, nothing waits any more. Raises as `submit_code` does."""
    waiting = WaitingCode.objects.filter(user=user).first()
    text = codes.unseal(waiting.sealed) if waiting else None
    license = submit_code(user=user, text=text or "", address=address)
    drop_waiting_code(user=user)
    return license


@transaction.atomic
def drop_waiting_code(*, user) -> None:
    """Forget the code that waits; without one nothing changes."""
    WaitingCode.objects.filter(user=user).delete()
