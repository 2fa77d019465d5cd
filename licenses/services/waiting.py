"""A code typed before the account could take it: kept sealed, offered until it is added or dropped."""

from licenses import codes
from licenses.models import License, WaitingCode

from .attempts import submit_code
from .redeem import misspelled, refuse_another_number

SESSION_KEY = "waiting_code"


def keep_code_in_session(*, session, text: str) -> None:
    """Keep what a visitor typed in the session, sealed, because the session lies in the database.

    Raises `not_a_code`, `bad_symbol`, `incomplete`: what can be said without looking the code up.
    """
    refuse_another_number(text)
    spelled = codes.normalize(text)
    if codes.bad_symbols(spelled) or len(spelled) not in codes.LENGTHS:
        raise misspelled(spelled)
    session[SESSION_KEY] = codes.seal(spelled)


def move_waiting_code(*, session, user) -> WaitingCode | None:
    """Give the code that waits in this session to the account of its owner; None when there is none."""
    spelled = codes.unseal(session.pop(SESSION_KEY, ""))
    return keep_code(user=user, text=spelled) if spelled else None


def keep_code(*, user, text: str) -> WaitingCode:
    """Keep a code for this account; a newer one replaces it."""
    spelled = codes.normalize(text)
    waiting, _created = WaitingCode.objects.update_or_create(
        user=user, defaults={"sealed": codes.seal(spelled), "hint": spelled[-codes.GROUP :]}
    )
    return waiting


def waiting_code(*, user) -> WaitingCode | None:
    """Return what waits for this account."""
    return WaitingCode.objects.filter(user=user).first()


def waiting_text(*, user) -> str | None:
    """Return the code that waits, spelled with hyphens, for its owner's eyes; None when none does."""
    waiting = waiting_code(user=user)
    spelled = codes.unseal(waiting.sealed) if waiting else None
    return codes.display(spelled) if spelled else None


def add_waiting_code(*, user, address: str | None = None) -> License:
    """Add the code that waits; once it is a license, nothing waits any more. Raises as `submit_code` does."""
    license = submit_code(user=user, text=waiting_text(user=user) or "", address=address)
    drop_waiting_code(user=user)
    return license


def drop_waiting_code(*, user) -> None:
    """Forget the code that waits; without one nothing changes."""
    WaitingCode.objects.filter(user=user).delete()
