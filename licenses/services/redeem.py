"""Turn an activation code into a license, exactly once."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, Subquery
from django.db.models.functions import Coalesce

from licenses import code_keys, spelling
from licenses.dates import end_of_term
from licenses.mails import mail_receipt
from licenses.models import ActivationCode, CodeBatch, Event, License, Plan, Region, Term, WaitingCode
from licenses.refusals import codes as refusals
from portal.foundation.refusals import Refusal

from .announcements import announce_added
from .events import record_events
from .terms import start_license

# What ends at midnight has the day before as its last.
INSTANT = timedelta(microseconds=1)


@transaction.atomic
def redeem_code(*, user, text: str, at: datetime, with_receipt: bool = False) -> License:
    """Add the license that this code buys to the user's account; a receipt confirms it by mail, so once a code.

    Raises one of the refusals of the table of cases, and then no row has changed.
    """
    code = find_code(text)
    get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)
    held = read_held(code, user)
    refuse_if_redeemed(held, user)
    refuse_by_batch(code, user, at)
    refuse_by_account(code.batch, user, held.kept, at)
    try:
        with transaction.atomic():
            license = add_license(user=user, code=code, at=at, with_receipt=with_receipt)
            license.codes_wait = held.codes_wait
            return license
    except IntegrityError:
        # The constraint saw a second redemption that the lock did not: answer as if we had come a moment later.
        refuse_if_redeemed(find_code(text), user)
        raise


def find_code(text: str) -> ActivationCode:
    """Return the code behind this text, locked; raise when there is none."""
    refuse_another_number(text)
    spelled = spelling.read(text)
    if len(spelled) in spelling.LENGTHS:
        locked = ActivationCode.objects.select_for_update(of=("self",), no_key=True)
        code = (
            locked.select_related("batch__plan__product", "batch__order")
            .filter(digest__in=code_keys.digests(spelled))
            .first()
        )
        if code:
            return code
    raise misspelled(spelled)


def refuse_another_number(text: str) -> None:
    """Refuse what is printed near a code but is none."""
    if spelling.looks_like_another_number(text):
        raise refusals.NotACode()


def misspelled(spelled: str) -> Refusal:
    """Say why no code of ours is written like this: the cause that the person can see comes first."""
    strange = spelling.bad_symbols(spelled)
    if strange:
        return refusals.BadSymbol(symbols=strange)
    if len(spelled) != spelling.FULL_LENGTH and (not is_legacy_length(len(spelled)) or is_cut_off(spelled)):
        return refusals.Incomplete(count=len(spelled), full=spelling.FULL_LENGTH)
    wrong = spelling.wrong_groups(spelled) if len(spelled) == spelling.FULL_LENGTH else []
    if wrong:
        return refusals.Typo(groups=wrong)
    return refusals.Unknown()


def is_legacy_length(length: int) -> bool:
    """Whether some imported batch has codes of this length."""
    return length in spelling.LENGTHS and CodeBatch.objects.filter(groups=length // spelling.GROUP).exists()


def is_cut_off(spelled: str) -> bool:
    """Whether these are the first groups of a code of ours: of other codes, one in a million has our check symbols."""
    groups = len(spelled) // spelling.GROUP
    return not spelling.wrong_groups(spelled) and not CodeBatch.objects.filter(groups=groups, has_checks=True).exists()


def read_held(code: ActivationCode, user):
    """Read, now that both are locked, the term that the code has begun, and what the account has."""
    kept = License.objects.for_user(user).kept().order_by().values("owner").annotate(count=Count("pk")).values("count")
    rows = ActivationCode.objects.select_related("term__license__product")
    waiting = Exists(WaitingCode.objects.filter(user=user))
    return rows.annotate(kept=Coalesce(Subquery(kept), 0), codes_wait=waiting).get(pk=code.pk)


def refuse_if_redeemed(code: ActivationCode, user) -> None:
    """Refuse a code that a license holds already; never say whose."""
    term = getattr(code, "term", None)
    if term is None:
        return
    if term.license.owner_id == user.pk:
        raise refusals.YoursAlready(license=term.license)
    raise refusals.Taken(row=code)


def refuse_by_batch(code: ActivationCode, user, at: datetime) -> None:
    """Refuse what the seller decided: revoked, suspended, another region, too early, too late."""
    batch = code.batch
    if code.revoked_at:
        raise refusals.Revoked(row=code)
    if batch.suspended_at:
        raise refusals.Suspended(row=code)
    region = user.region or settings.REGION
    if batch.plan.region and batch.plan.region != region:
        raise refusals.Region(region=Region(batch.plan.region), yours=Region(region))
    if batch.starts_at and at < batch.starts_at:
        raise refusals.NotYet(date=batch.starts_at, reader=user)
    if batch.activate_before and at >= batch.activate_before:
        raise refusals.TooLate(date=batch.activate_before - INSTANT, reader=user)
    if batch.fixed_end and at >= batch.fixed_end:
        raise refusals.TermOver(date=batch.fixed_end - INSTANT, shop=batch.plan.product.renew_url, reader=user)


def refuse_by_account(batch: CodeBatch, user, kept: int, at: datetime) -> None:
    """Refuse what does not fit to what the account has: a full account, a trial or a renewal without reason."""
    owned = License.objects.for_user(user)
    limit = settings.CODE_LIMITS["licenses_per_account"]
    if kept >= limit:
        raise refusals.AccountFull(count=limit)
    same_product = owned.filter(product=batch.plan.product)
    if batch.plan.kind == Plan.Kind.TRIAL:
        refuse_trial(same_product, user, at)
    if batch.renewal_only and not same_product.renewable_at(at).exists():
        raise refusals.NothingToRenew(product=batch.plan.product)


def refuse_trial(same_product, user, at: datetime) -> None:
    """A trial is for people who have not tried the product and do not own it."""
    if same_product.active_at(at).filter(terms__plan__kind__in=[Plan.Kind.COMMERCIAL, Plan.Kind.SUBSCRIPTION]).exists():
        raise refusals.TrialPointless()
    tried = Term.objects.filter(license__in=same_product, plan__kind=Plan.Kind.TRIAL).order_by("starts_at").first()
    if tried:
        raise refusals.TrialUsed(date=tried.starts_at, shop=tried.plan.product.renew_url, reader=user)


def add_license(*, user, code: ActivationCode, at: datetime, with_receipt: bool) -> License:
    """Write the license, its first term and the events; the caller holds the locks. Stores confirm their orders."""
    batch = code.batch
    ends_at = end_of_term(batch.plan, at, user.zone)
    if batch.fixed_end:
        ends_at = min(ends_at, batch.fixed_end)
    license = start_license(user=user, plan=batch.plan, code=code, starts_at=at, ends_at=ends_at, at=at)
    start = {"starts_at": at.isoformat()}
    events = [Event(verb=Event.Verb.CODE_ADDED, actor=user, license=license, code=code, details=start, at=at)]
    if with_receipt:
        mail_receipt(license=license, term=license.first_term)
        events.append(Event(verb=Event.Verb.RECEIPT_MAILED, license=license, at=at))
    record_events(*events)
    if batch.order:
        announce_added(license=license, order=batch.order, at=at)
    return license
