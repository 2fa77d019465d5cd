"""The limits of asking about codes: every try is recorded, and the limits are derived from the record."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Count, DateTimeField, Max, Q, Subquery, Value
from django.db.models.functions import Coalesce

from licenses.mails import mail_about_wrong_codes
from licenses.models import CodeAttempt, License
from licenses.refusals.codes import NotUsed, TooManyCodes
from portal.foundation.api.limits import network_of
from portal.foundation.database.locks import lock_names
from portal.foundation.queue.batches import delete_in_batches
from portal.foundation.refusals import Refusal

from .redeem import redeem_code

# A claim says nothing, so it counts as a guess whether or not it finds a holder.
CLAIMED = "claimed"
PENDING = "pending"
# An attempt that got no answer in this time never will: its process died, or the database did.
LOST_AFTER = timedelta(minutes=1)


def submit_code(*, user, text: str, at: datetime, address: str | None = None) -> License:
    """Redeem what a person typed, within the limits. Raises `slow_down`, `not_used`, or what `redeem_code` raises."""
    try:
        attempt = begin_attempt(user=user, address=address, at=at)
        try:
            # Together: if the database fails after the code was used, it was not used.
            with transaction.atomic():
                license = redeem_code(user=user, text=text, at=at, with_receipt=True)
                end_attempt(attempt=attempt, refusal="", at=at)
        except Refusal as refusal:
            end_attempt(attempt=attempt, refusal=refusal.code, counted=refusal.counted, at=at)
            raise
    except DatabaseError as error:
        raise NotUsed() from error
    return license


@transaction.atomic
def begin_attempt(*, user, address: str | None, at: datetime) -> CodeAttempt:
    """Record that a code is tried, or refuse because too many were; account and network address are locked."""
    address = network_of(address) if address else None
    lock_names(*tries_of(user, address))
    wait_until = waits_until(user, address, at)
    if wait_until:
        raise TooManyCodes(again_at=wait_until, at=at, reader=user)
    return CodeAttempt.objects.create(user=user, address=address, made_at=at, refusal=PENDING)


@transaction.atomic(savepoint=False)
def end_attempt(*, attempt: CodeAttempt, refusal: str, counted: bool = False, at: datetime) -> None:
    """Record the outcome; the last counted mistake that the limit allows begins a pause, each longer than the last."""
    limits = settings.CODE_LIMITS
    attempt.refusal, attempt.counted = refusal, counted
    if attempt.counted:
        lock_names(*tries_of(attempt.user))
        earlier = CodeAttempt.objects.filter(user=attempt.user).exclude(pk=attempt.pk)
        if earlier.filter(is_counted(attempt.user, at)).count() + 1 >= limits["counted_per_account"]:
            pauses = earlier.filter(made_at__gt=at - limits["pauses_remembered"], pause_until__isnull=False).count()
            attempt.pause_until = at + limits["first_pause"] * 2**pauses
            if pauses + 1 == limits["pauses_until_mail"]:
                mail_about_wrong_codes(user=attempt.user)
    attempt.save(update_fields=["refusal", "counted", "pause_until"])


def is_counted(user, at: datetime) -> Q:
    """Match the mistakes of an account that count now: in the window, after the last pause began."""
    pauses = CodeAttempt.objects.filter(user=user, pause_until__isnull=False).order_by("-made_at").values("made_at")
    window = at - settings.CODE_LIMITS["counted_window"]
    began = Coalesce(Subquery(pauses[:1]), Value(window, DateTimeField()))
    return is_mistake(at) & Q(made_at__gt=window) & Q(made_at__gt=began)


def is_mistake(at: datetime) -> Q:
    """Match what may be a guess; a try that is not answered yet is taken for one, so that none overtakes a limit."""
    return Q(counted=True) | Q(refusal=PENDING, made_at__gt=at - LOST_AFTER)


def tries_of(user, address: str | None = None) -> list[tuple[str, object]]:
    """The names under which tries wait for each other: those of an account, then those of a network address."""
    return [("tries-of", user.pk), *([("tries", address)] if address else [])]


def waits_until(user, address: str | None, at: datetime) -> datetime | None:
    """Return until when this account or this network address has to wait, or None; both are counted by one question."""
    since = at - settings.CODE_LIMITS["any_window"]
    own, there = Q(user=user), Q(address=address, made_at__gt=since)
    figures = {
        "pause": Max("pause_until", filter=own),
        "mistakes": Count("pk", filter=own & is_counted(user, at)),
        "all": Count("pk", filter=own & Q(made_at__gt=since)),
    }
    if address:
        figures |= {
            "known_there": Count("pk", filter=there & Q(counted=True)),
            "mistakes_there": Count("pk", filter=there & is_mistake(at)),
            "all_there": Count("pk", filter=there),
        }
    found = CodeAttempt.objects.filter(own | there if address else own).aggregate(**figures)
    return account_waits_until(user, found, at) or (address_waits_until(there, found, at) if address else None)


def account_waits_until(user, found: dict[str, Any], at: datetime) -> datetime | None:
    limits = settings.CODE_LIMITS
    if found["pause"] and found["pause"] > at:
        return found["pause"]
    if found["mistakes"] >= limits["counted_per_account"]:
        return at + LOST_AFTER
    if found["all"] >= limits["any_per_account"]:
        return leaves_window(CodeAttempt.objects.filter(user=user), limits["any_per_account"])
    return None


def address_waits_until(there: Q, found: dict[str, Any], at: datetime) -> datetime | None:
    """Families and offices share an address, so it may try more often."""
    limits = settings.CODE_LIMITS
    recent = CodeAttempt.objects.filter(there)
    if found["known_there"] >= limits["counted_per_address"]:
        return leaves_window(recent.filter(counted=True), limits["counted_per_address"])
    if found["mistakes_there"] >= limits["counted_per_address"]:
        return at + LOST_AFTER
    if found["all_there"] >= limits["any_per_address"]:
        return leaves_window(recent, limits["any_per_address"])
    return None


def leaves_window(attempts, limit: int) -> datetime:
    """Return when the oldest of the newest `limit` attempts no longer counts."""
    oldest = attempts.order_by("-made_at").values_list("made_at", flat=True)[limit - 1]
    return oldest + settings.CODE_LIMITS["any_window"]


def prune_attempts(*, at: datetime) -> int:
    """Delete tries that no limit looks back to, and with them their network addresses; return how many."""
    before = at - settings.CODE_LIMITS["pauses_remembered"]
    return delete_in_batches(CodeAttempt.objects.filter(made_at__lt=before))
