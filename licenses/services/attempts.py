"""The limits of asking about codes: every try is recorded, and the limits are derived from the record."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from django.db.models import Count, Max, Q

from licenses.mails import mail_about_wrong_codes, mail_receipt
from licenses.models import CodeAttempt, Event, License
from licenses.refusals.codes import NotUsed, TooManyCodes
from portal.foundation.api.limits import network_of
from portal.foundation.database.locks import lock_name
from portal.foundation.queue.batches import delete_in_batches
from portal.foundation.refusals import Refusal

from .events import record_event
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
                license = redeem_code(user=user, text=text, at=at)
                send_receipt(license, at)
                end_attempt(attempt=attempt, refusal="", at=at)
        except Refusal as refusal:
            end_attempt(attempt=attempt, refusal=refusal.code, counted=refusal.counted, at=at)
            raise
    except DatabaseError as error:
        raise NotUsed() from error
    return license


def send_receipt(license: License, at: datetime) -> None:
    """Confirm by mail what a person added, together with adding it, so once a code; stores confirm their orders."""
    mail_receipt(license=license)
    record_event(Event.Verb.RECEIPT_MAILED, license=license, at=at)


@transaction.atomic
def begin_attempt(*, user, address: str | None, at: datetime) -> CodeAttempt:
    """Record that a code is tried, or refuse because too many were; account and network address are locked."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)
    if address:
        address = network_of(address)
        lock_name("tries", address)
    wait_until = account_waits_until(user, at) or address_waits_until(address, at)
    if wait_until:
        raise TooManyCodes(again_at=wait_until, at=at, reader=user)
    return CodeAttempt.objects.create(user=user, address=address, made_at=at, refusal=PENDING)


@transaction.atomic(savepoint=False)
def end_attempt(*, attempt: CodeAttempt, refusal: str, counted: bool = False, at: datetime) -> None:
    """Record the outcome; the last counted mistake that the limit allows begins a pause, each longer than the last."""
    limits = settings.CODE_LIMITS
    attempt.refusal, attempt.counted = refusal, counted
    if attempt.counted:
        get_user_model().objects.select_for_update(no_key=True).get(pk=attempt.user_id)
        earlier = CodeAttempt.objects.filter(user=attempt.user).exclude(pk=attempt.pk)
        if earlier.filter(is_counted(attempt.user, at)).count() + 1 >= limits["counted_per_account"]:
            pauses = earlier.filter(made_at__gt=at - limits["pauses_remembered"], pause_until__isnull=False).count()
            attempt.pause_until = at + limits["first_pause"] * 2**pauses
            if pauses + 1 == limits["pauses_until_mail"]:
                mail_about_wrong_codes(user=attempt.user)
    attempt.save(update_fields=["refusal", "counted", "pause_until"])


def is_counted(user, at: datetime) -> Q:
    """Match the mistakes of an account that count now: in the window, after the last pause began."""
    began = CodeAttempt.objects.filter(user=user, pause_until__isnull=False).aggregate(at=Max("made_at"))["at"]
    window = at - settings.CODE_LIMITS["counted_window"]
    return is_mistake(at) & Q(made_at__gt=max(began, window) if began else window)


def is_mistake(at: datetime) -> Q:
    """Match what may be a guess; a try that is not answered yet is taken for one, so that none overtakes a limit."""
    return Q(counted=True) | Q(refusal=PENDING, made_at__gt=at - LOST_AFTER)


def account_waits_until(user, at: datetime) -> datetime | None:
    """Return until when this account has to wait, or None."""
    limits = settings.CODE_LIMITS
    figures = CodeAttempt.objects.filter(user=user).aggregate(
        pause=Max("pause_until"),
        counted=Count("pk", filter=is_counted(user, at)),
        all=Count("pk", filter=Q(made_at__gt=at - limits["any_window"])),
    )
    if figures["pause"] and figures["pause"] > at:
        return figures["pause"]
    if figures["counted"] >= limits["counted_per_account"]:
        return at + LOST_AFTER
    if figures["all"] >= limits["any_per_account"]:
        return leaves_window(CodeAttempt.objects.filter(user=user), limits["any_per_account"])
    return None


def address_waits_until(address: str | None, at: datetime) -> datetime | None:
    """Return until when this network address has to wait, or None; families and offices share one."""
    if address is None:
        return None
    limits = settings.CODE_LIMITS
    recent = CodeAttempt.objects.filter(address=address, made_at__gt=at - limits["any_window"])
    figures = recent.aggregate(
        all=Count("pk"), known=Count("pk", filter=Q(counted=True)), mistakes=Count("pk", filter=is_mistake(at))
    )
    if figures["known"] >= limits["counted_per_address"]:
        return leaves_window(recent.filter(counted=True), limits["counted_per_address"])
    if figures["mistakes"] >= limits["counted_per_address"]:
        return at + LOST_AFTER
    if figures["all"] >= limits["any_per_address"]:
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
