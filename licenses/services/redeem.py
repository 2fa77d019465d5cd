"""Turn an activation code into a license, exactly once."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from licenses import code_keys, spelling
from licenses.dates import end_of_term
from licenses.models import ActivationCode, CodeBatch, Event, License, Plan, Region, Term
from portal.ui.words import day

from .announcements import announce_added
from .events import record_event
from .terms import start_license

NUMBER_OF_NAMED_SYMBOLS = 5
# What ends at midnight has the day before as its last.
INSTANT = timedelta(microseconds=1)


@transaction.atomic
def redeem_code(*, user, text: str, at: datetime) -> License:
    """Add the license that this code buys to the user's account.

    Raises `ValidationError` with one of the codes of the table of cases: a refusal changes no row.
    """
    code = find_code(text)
    refuse_if_redeemed(code, user)
    refuse_by_batch(code, user, at)
    get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)
    refuse_by_account(code.batch, user, at)
    try:
        with transaction.atomic():
            return add_license(user=user, code=code, at=at)
    except IntegrityError:
        # The constraint saw a second redemption that the lock did not: answer as if we had come a moment later.
        refuse_if_redeemed(find_code(text), user)
        raise


def find_code(text: str) -> ActivationCode:
    """Return the code behind this text, locked; raise `ValidationError` when there is none."""
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
        raise ValidationError(
            _(
                "This looks like a license, support or order number. The activation code has 25 letters and digits. "
                "It is in the order email under “Activation code”, or on the card in the box."
            ),
            code="not_a_code",
        )


def misspelled(spelled: str) -> ValidationError:
    """Say why no code of ours is written like this: the cause that the person can see comes first."""
    strange = spelling.bad_symbols(spelled)
    if strange:
        return ValidationError(
            ngettext_lazy(
                "No code has the character %(symbols)s. Compare it with the original.",
                "No code has the characters %(symbols)s. Compare them with the original.",
                len(strange),
            ),
            code="bad_symbol",
            params={"symbols": " ".join(strange[:NUMBER_OF_NAMED_SYMBOLS]), "positions": strange},
        )
    if len(spelled) != spelling.FULL_LENGTH and (not is_legacy_length(len(spelled)) or is_cut_off(spelled)):
        return ValidationError(
            ngettext_lazy(
                "This code has %(count)d character; a full code has %(full)d. Compare it with the original.",
                "This code has %(count)d characters; a full code has %(full)d. Compare it with the original.",
                len(spelled),
            ),
            code="incomplete",
            params={"count": len(spelled), "full": spelling.FULL_LENGTH},
        )
    wrong = spelling.wrong_groups(spelled) if len(spelled) == spelling.FULL_LENGTH else []
    if wrong:
        return ValidationError(
            ngettext_lazy(
                "There is a typing mistake in group %(groups)s. Compare it with the original.",
                "There are typing mistakes in groups %(groups)s. Compare them with the original.",
                len(wrong),
            ),
            code="typo",
            params={"groups": ", ".join(map(str, wrong))},
        )
    return ValidationError(
        _("We don’t know this code. Compare it with the order email or the card, or ask support."),
        code="unknown",
    )


def is_legacy_length(length: int) -> bool:
    """Whether some imported batch has codes of this length."""
    return length in spelling.LENGTHS and CodeBatch.objects.filter(groups=length // spelling.GROUP).exists()


def is_cut_off(spelled: str) -> bool:
    """Whether these are the first groups of a code of ours: of other codes, one in a million has our check symbols."""
    groups = len(spelled) // spelling.GROUP
    return not spelling.wrong_groups(spelled) and not CodeBatch.objects.filter(groups=groups, has_checks=True).exists()


def refuse_if_redeemed(code: ActivationCode, user) -> None:
    """Refuse a code that a license holds already; never say whose."""
    term = Term.objects.filter(code=code).select_related("license__product").first()
    if term is None:
        return
    if term.license.owner_id == user.pk:
        raise ValidationError(
            _("You have added this code already, for %(product)s."),
            code="yours_already",
            params={"product": term.license.product.name, "license": term.license_id},
        )
    raise ValidationError(
        _(
            "This code belongs to another account. Sign in there if it is yours. If you have just bought it, "
            "choose “I am the buyer”, or tell support the case number %(case)s and the last group, %(hint)s."
        ),
        code="taken",
        params={"case": code.case_number, "hint": code.hint},
    )


def refuse_by_batch(code: ActivationCode, user, at: datetime) -> None:
    """Refuse what the seller decided: revoked, suspended, another region, too early, too late."""
    batch = code.batch
    if code.revoked_at:
        raise ValidationError(
            _("This code was withdrawn. %(reason)s Please contact support with the case number %(case)s."),
            code="revoked",
            params={"reason": code.get_revoked_reason_display(), "case": code.case_number},
        )
    if batch.suspended_at:
        raise ValidationError(
            _("This code is on hold. The seller can release it; support tells you more with the case number %(case)s."),
            code="suspended",
            params={"case": code.case_number},
        )
    region = user.region or settings.REGION
    if batch.plan.region and batch.plan.region != region:
        raise ValidationError(
            _("This code is meant for %(region)s, and your account for %(yours)s. Please contact support."),
            code="region",
            params={"region": Region(batch.plan.region).label, "yours": Region(region).label},
        )
    if batch.starts_at and at < batch.starts_at:
        raise ValidationError(
            _("This code starts on %(date)s. Keep it and add it then."),
            code="not_yet",
            params={"date": day(batch.starts_at, user.zone)},
        )
    if batch.activate_before and at >= batch.activate_before:
        raise ValidationError(
            _("This code could be added until %(date)s. Please ask support or the seller for a new one."),
            code="too_late",
            params={"date": day(batch.activate_before - INSTANT, user.zone)},
        )
    if batch.fixed_end and at >= batch.fixed_end:
        raise ValidationError(
            _("The time of this code ended on %(date)s. To stay protected, renew or buy a new code."),
            code="term_over",
            params={"date": day(batch.fixed_end - INSTANT, user.zone), "shop": batch.plan.product.renew_url},
        )


def refuse_by_account(batch: CodeBatch, user, at: datetime) -> None:
    """Refuse what does not fit to what the account has: a full account, a trial or a renewal without reason."""
    owned = License.objects.for_user(user)
    limit = settings.CODE_LIMITS["licenses_per_account"]
    if owned.kept().count() >= limit:
        raise ValidationError(
            _("Your account holds %(count)d licenses, the most it can. Archive expired ones first."),
            code="account_full",
            params={"count": limit},
        )
    same_product = owned.filter(product=batch.plan.product)
    if batch.plan.kind == Plan.Kind.TRIAL:
        refuse_trial(same_product, user, at)
    if batch.renewal_only and not same_product.renewable_at(at).exists():
        raise ValidationError(
            _("This code renews %(product)s, which your account does not have. Add your first code, then this one."),
            code="nothing_to_renew",
            params={"product": batch.plan.product.name},
        )


def refuse_trial(same_product, user, at: datetime) -> None:
    """A trial is for people who have not tried the product and do not own it."""
    if same_product.active_at(at).filter(terms__plan__kind__in=[Plan.Kind.COMMERCIAL, Plan.Kind.SUBSCRIPTION]).exists():
        raise ValidationError(
            _("You have a license for this product, so a trial would change nothing. The code was not used."),
            code="trial_pointless",
        )
    tried = Term.objects.filter(license__in=same_product, plan__kind=Plan.Kind.TRIAL).order_by("starts_at").first()
    if tried:
        raise ValidationError(
            _("You tried this product already, from %(date)s. To go on, buy a license."),
            code="trial_used",
            params={"date": day(tried.starts_at, user.zone), "shop": tried.plan.product.renew_url},
        )


def add_license(*, user, code: ActivationCode, at: datetime) -> License:
    """Write the license, its first term and the event; the caller holds the locks."""
    batch = code.batch
    ends_at = end_of_term(batch.plan, at, user.zone)
    if batch.fixed_end:
        ends_at = min(ends_at, batch.fixed_end)
    license = start_license(user=user, plan=batch.plan, code=code, starts_at=at, ends_at=ends_at, at=at)
    start = {"starts_at": at.isoformat()}
    record_event(Event.Verb.CODE_ADDED, actor=user, license=license, code=code, details=start, at=at)
    if batch.order:
        announce_added(license=license, order=batch.order, at=at)
    return license
