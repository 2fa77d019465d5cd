"""“I am the buyer”: a license moves to the person who holds the code, if its holder agrees within a day."""

from datetime import datetime

from django.db import transaction

from licenses import code_keys, spelling
from licenses.mails import mail_about_claim, mail_about_release
from licenses.models import ActivationCode, CodeClaim, Event, License, Seat
from licenses.refusals.codes import ClaimOver, NotWhole

from .attempts import CLAIMED, begin_attempt, end_attempt
from .events import record_event
from .seats import free_seat


def claim_code(*, user, text: str, at: datetime, address: str | None = None) -> None:
    """Ask the holder of this code by mail to release it; answers alike whether or not there is one.

    Asking again while a claim is open sends no second mail. Raises `slow_down`, for codes that are held too.
    """
    attempt = begin_attempt(user=user, address=address, at=at)
    with transaction.atomic():
        ask_holder(user, text, at)
        end_attempt(attempt=attempt, refusal=CLAIMED, counted=True, at=at)


def ask_holder(user, text: str, at: datetime) -> None:
    found = ActivationCode.objects.select_for_update(no_key=True).filter(
        digest__in=code_keys.digests(spelling.normalize(text))
    )
    code = found.first()
    license = License.objects.filter(terms__code=code).exclude(owner=user).first() if code else None
    if license is None:
        return
    claim, created = CodeClaim.objects.get_or_create(code=code, claimant=user, released_at=None)
    if not created and claim.is_open_at(at):
        return
    claim.made_at = at
    claim.save(update_fields=["made_at"])
    record_event(Event.Verb.CODE_CLAIMED, license=license, code=code, at=at)
    mail_about_claim(claim=claim, license=license)


@transaction.atomic
def release_license(*, user, claim: CodeClaim, at: datetime) -> License:
    """Hand the license over to the claimant: its devices lose their seats, its term goes on.

    Raises `claim_over` when the day has passed, `not_whole` when other codes extended the license.
    """
    code = ActivationCode.objects.select_for_update(no_key=True).get(pk=claim.code_id)
    license = License.objects.select_for_update(no_key=True).filter(owner=user, terms__code=code).first()
    claim = CodeClaim.objects.get(pk=claim.pk)
    if license is None or not claim.is_open_at(at):
        raise ClaimOver()
    if license.terms.count() > 1:
        raise NotWhole()
    for seat in Seat.objects.held().filter(license=license).select_related("device"):
        free_seat(license=license, device=seat.device, actor=user, with_license=True, at=at)
    license.owner = claim.claimant
    claim.released_at = license.moves_reset_at = at
    license.save(update_fields=["owner", "moves_reset_at"])
    claim.save(update_fields=["released_at"])
    record_event(Event.Verb.LICENSE_RELEASED, actor=user, license=license, code=code, at=at)
    mail_about_release(claim=claim, license=license)
    return license
