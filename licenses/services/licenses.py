"""What staff and owners do to a license as a whole."""

from datetime import datetime

from django.db import transaction

from licenses.models import Event, License, Plan
from licenses.refusals.staff import NoReason, StillRunning
from licenses.standing import State

from .announcements import announce_ended
from .events import record_event
from .seats import lock_license
from .terms import SHORTEST


@transaction.atomic
def block_license(*, license: License, reason: str, actor=None, cause: str = "blocked", at: datetime) -> License:
    """Block a license; products learn it at their next check-in, stores at once (`cause` is their word for it).

    Raises `no_reason` when none is given.
    """
    if not reason.strip():
        raise NoReason()
    license = License.objects.select_for_update(no_key=True).get(pk=license.pk)
    if license.blocked_at is None:
        license.blocked_at, license.blocked_reason = at, reason.strip()
        license.save(update_fields=["blocked_at", "blocked_reason"])
        record_event(
            Event.Verb.LICENSE_BLOCKED, actor=actor, license=license, details={"reason": license.blocked_reason}, at=at
        )
        if license.terms.filter(expiry_announced_at__isnull=True).exists():
            announce_ended(license=license, reason=cause, at=at)
    return license


@transaction.atomic
def unblock_license(*, license: License, at: datetime, actor=None) -> License:
    """Take a block away; without one nothing changes."""
    license = License.objects.select_for_update(no_key=True).get(pk=license.pk)
    if license.blocked_at:
        license.blocked_at, license.blocked_reason = None, ""
        license.save(update_fields=["blocked_at", "blocked_reason"])
        record_event(Event.Verb.LICENSE_UNBLOCKED, actor=actor, license=license, at=at)
    return license


@transaction.atomic
def restore_license(*, license: License, at: datetime, actor=None) -> License:
    """Show a license in the lists again; one that is shown stays as it is."""
    license = License.objects.select_for_update(no_key=True).get(pk=license.pk)
    if license.archived_at:
        license.archived_at = None
        license.save(update_fields=["archived_at"])
        record_event(Event.Verb.LICENSE_RESTORED, actor=actor, license=license, at=at)
    return license


@transaction.atomic
def archive_license(*, license: License, at: datetime, actor=None) -> License:
    """Put an expired license away, out of the lists. Raises `still_running` while it gives a right."""
    standing = License.objects.filter(pk=license.pk).locked().standings(at, with_seats=False)[0]
    license = standing.license
    if standing.state != State.EXPIRED:
        raise StillRunning()
    if license.archived_at is None:
        license.archived_at = at
        license.save(update_fields=["archived_at"])
        record_event(Event.Verb.LICENSE_ARCHIVED, actor=actor, license=license, at=at)
    return license


@transaction.atomic
def reset_moves(*, license: License, at: datetime, actor=None) -> License:
    """Let the license move as often again as if it had never moved; for staff, when somebody has a good reason."""
    license = License.objects.select_for_update(no_key=True).get(pk=license.pk)
    license.moves_reset_at = at
    license.save(update_fields=["moves_reset_at"])
    record_event(Event.Verb.MOVES_RESET, actor=actor, license=license, at=at)
    return license


@transaction.atomic
def end_trial(*, license: License, at: datetime) -> bool:
    """End a trial whose last device went to a license that was bought, and tell whether it ended.

    Not while another device uses it, and not when something bought waits behind it: that must follow without a gap.
    """
    standing = lock_license(license, at)
    term = standing.running_term
    if term is None or term.plan.kind != Plan.Kind.TRIAL or standing.seats or term != standing.terms[-1]:
        return False
    term.ends_at = max(at, term.starts_at + SHORTEST)
    term.save(update_fields=["ends_at"])
    record_event(Event.Verb.TRIAL_ENDED, license=license, details={"product": standing.product.name}, at=at)
    return True
