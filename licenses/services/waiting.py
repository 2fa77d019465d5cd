"""A code typed before an account could take it: kept sealed, in one account at most, until it is added or taken out."""

from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from licenses import code_keys, spelling
from licenses.models import CodeBatch, License, WaitingCode
from licenses.refusals.codes import FINAL, TooManyVisitors, Unknown
from portal.foundation.api import limits
from portal.foundation.refusals import Refusal

from .attempts import submit_code
from .redeem import misspelled, refuse_another_number

# In the session of whoever typed it: the code, sealed, and the account that was lent it until its address is verified.
SESSION_KEY = "waiting_code"
LENT_TO = "waiting_code_lent_to"
# What stood in the field of a page that comes anew; nothing waits.
TYPED_KEY = "typed_code"

# In so many groups at most a code differs from itself mistyped; two codes differ in all of them.
MISTYPED_GROUPS = 2


def keep_code_in_session(*, session, text: str, address: str | None = None) -> None:
    """Keep what a visitor typed in the session, sealed, because the session lies in the database.

    Raises what `spell` raises, and `slow_down`: each visitor’s code is a row, whatever it is worth.
    """
    spelled = spell(text)
    if code_keys.unseal(session.get(SESSION_KEY, "")) != spelled:
        if address:
            refuse_too_many(address)
        session.pop(LENT_TO, None)
    session[SESSION_KEY] = code_keys.seal(spelled)


def refuse_too_many(address: str) -> None:
    counted = limits.count("visitors-code", limits.network_of(address))
    if counted.is_over:
        raise TooManyVisitors(again_at=counted.until, at=counted.at)


def spell(text: str) -> str:
    """Return a code as it is stored.

    Raises `not_a_code`, `bad_symbol`, `incomplete`, `typo`: what can be said without looking the code up.
    """
    refuse_another_number(text)
    spelled = spelling.read(text)
    refusal = misspelled(spelled)
    if not isinstance(refusal, Unknown) and not may_be_imported(spelled):
        raise refusal
    return spelled


def may_be_imported(spelled: str) -> bool:
    """Tell whether an imported batch without check symbols may hold this code: only looking it up would tell.

    A code in which all groups but one fit is ours with a slip: of imported codes, one in 200,000 looks like that.
    """
    return (
        len(spelled) == spelling.FULL_LENGTH
        and not spelling.bad_symbols(spelled)
        and len(spelling.wrong_groups(spelled)) > 1
        and CodeBatch.objects.filter(groups=spelling.FULL_LENGTH // spelling.GROUP, has_checks=False).exists()
    )


def lend_waiting_code(*, session, user, at: datetime) -> WaitingCode | None:
    """Let an account that is not verified yet have the session's code, so that its mail can be opened in any browser.

    The session keeps the code: whoever mistyped the address verifies another account, and that one is lent it instead.
    """
    waiting = take_from_session(session, user, at=at)
    if SESSION_KEY in session:
        session[LENT_TO] = user.pk
    return waiting


def move_waiting_code(*, session, user, at: datetime) -> WaitingCode | None:
    """Give the session's code to the account that signs in; return what waits there, if anything does."""
    waiting = take_from_session(session, user, at=at)
    session.pop(SESSION_KEY, None)
    session.pop(LENT_TO, None)
    return waiting


@transaction.atomic
def take_from_session(session, user, *, at: datetime) -> WaitingCode | None:
    """Write the session's code to this account and take it back from the account that was lent it.

    If that one has added it or taken it out in another browser, the session forgets it as well.
    """
    spelled = code_keys.unseal(session.get(SESSION_KEY, ""))
    borrower = session.get(LENT_TO)
    if not spelled or borrower == user.pk:
        return waiting_code(user=user)
    lent = find_waiting(borrower, spelled) if borrower else None
    if lent:
        lent.delete()
    elif get_user_model().objects.filter(pk=borrower).exists():
        session.pop(SESSION_KEY)
        return waiting_code(user=user)
    return keep_code(user=user, text=spelled, at=at)


def keep_typed_code(*, session, text: str) -> None:
    """Keep what stands in the field, right or wrong, while the page comes anew: in another language, say."""
    session[TYPED_KEY] = code_keys.seal(text[: spelling.LONGEST_TEXT])


def take_typed_code(*, session) -> str:
    """Return what stood in the field, and keep it no longer; empty when nothing did."""
    return code_keys.unseal(session.pop(TYPED_KEY, "")) or ""


def last_group(*, text: str) -> str:
    """Return by what people know a code again without seeing it; empty when it has a slip in it."""
    try:
        return spell(text)[-spelling.GROUP :]
    except Refusal:
        return ""


def resume_code(*, session, user, text: str, at: datetime) -> None:
    """Let the code that this person was adding wait for one more press; with a slip in it, it goes into the field."""
    if last_group(text=text):
        keep_code(user=user, text=text, at=at)
    elif text:
        keep_typed_code(session=session, text=text)


@transaction.atomic
def keep_code(*, user, text: str, at: datetime) -> WaitingCode:
    """Keep a code for this account, beside others that wait; the one that was typed last is offered first."""
    spelled = spelling.read(text)
    get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)
    waiting = find_waiting(user.pk, spelled)
    if waiting is None:
        facts = {"sealed": code_keys.seal(spelled), "hint": spelled[-spelling.GROUP :]}
        return WaitingCode.objects.create(user=user, kept_at=at, **facts)
    waiting.kept_at = at
    waiting.save(update_fields=["kept_at"])
    return waiting


def find_waiting(user_id: int, spelled: str) -> WaitingCode | None:
    """Return the row of this code in this account, locked."""
    alike = WaitingCode.objects.select_for_update().filter(user_id=user_id, hint=spelled[-spelling.GROUP :])
    return next((waiting for waiting in alike if code_keys.unseal(waiting.sealed) == spelled), None)


def waiting_code(*, user, pk: int | None = None) -> WaitingCode | None:
    """Return the code with this number that waits for this account, or the one that was typed last."""
    waiting = WaitingCode.objects.filter(user=user)
    return (waiting if pk is None else waiting.filter(pk=pk)).first()


def waiting_text(*, user, pk: int | None = None) -> str | None:
    """Return a code that waits, spelled with hyphens, for its owner's eyes; None when it does not wait any more."""
    waiting = waiting_code(user=user, pk=pk)
    spelled = code_keys.unseal(waiting.sealed) if waiting else None
    return spelling.display(spelled) if spelled else None


def reseal_waiting_codes() -> None:
    """Bring the codes that wait in accounts under the current key."""
    for waiting in WaitingCode.objects.iterator():
        spelled = code_keys.unseal(waiting.sealed)
        if spelled:
            WaitingCode.objects.filter(pk=waiting.pk).update(sealed=code_keys.seal(spelled))


def add_code(*, user, text: str, at: datetime, address: str | None = None) -> License:
    """Add what a person typed. Raises as `submit_code` does.

    A code that waits ends its waiting when it was this one, also mistyped, and there is nothing more to wait for.
    """
    try:
        license = submit_code(user=user, text=text, address=address, at=at)
    except FINAL:
        end_waiting(user, text)
        raise
    if license.codes_wait:
        end_waiting(user, text)
    return license


def end_waiting(user, text: str) -> None:
    """Forget what waits and is this code, or was meant to be."""
    spelled = spelling.normalize(text)
    for waiting in WaitingCode.objects.filter(user=user):
        if is_same_or_mistyped(code_keys.unseal(waiting.sealed) or "", spelled):
            waiting.delete()


def is_same_or_mistyped(one: str, other: str) -> bool:
    """Tell whether two spelled codes are one code, at most with slips of the finger in one of them."""
    pairs = list(zip(spelling.groups_of(one), spelling.groups_of(other), strict=False))
    return len(one) == len(other) and sum(left != right for left, right in pairs) <= MISTYPED_GROUPS


def add_waiting_code(*, user, at: datetime, pk: int | None = None, address: str | None = None) -> License:
    """Add a code that waits; once it is a license, it waits no more. Raises as `submit_code` does."""
    return add_code(user=user, text=waiting_text(user=user, pk=pk) or "", address=address, at=at)


def drop_waiting_code(*, user, pk: int | None = None) -> None:
    """Forget a code that waits; without one nothing changes."""
    waiting = waiting_code(user=user, pk=pk)
    if waiting:
        waiting.delete()
