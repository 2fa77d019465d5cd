"""Begin, continue and cut off the terms of a license; the caller holds the locks."""

import secrets
from datetime import datetime, timedelta

from licenses.dates import end_of_term
from licenses.models import ActivationCode, License, Order, Plan, Term

# A term has a length, however short.
SHORTEST = timedelta(microseconds=1)


def start_license(
    *,
    user,
    plan: Plan,
    starts_at: datetime,
    ends_at: datetime,
    at: datetime,
    code: ActivationCode | None = None,
    order: Order | None = None,
) -> License:
    """Write a license and its first term, which a code or an order bought."""
    license = License.objects.create(
        owner=user,
        product=plan.product,
        support_key=new_support_key(),
        renews_itself=is_billed_again(plan, order),
        created_at=at,
    )
    license.first_term = Term.objects.create(
        license=license,
        plan=plan,
        code=code,
        order=order,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=user.time_zone,
    )
    return license


def is_billed_again(plan: Plan, order: Order | None) -> bool:
    """Whether a store goes on selling it by itself. The portal takes no payments: a code’s subscription just ends."""
    return plan.kind == Plan.Kind.SUBSCRIPTION and order is not None and order.refunded_at is None


def new_support_key() -> str:
    """Make a support key, like 4F2A-9C31-7D08: 48 random bits that open nothing."""
    digits = secrets.token_hex(6).upper()
    return "-".join(digits[start : start + 4] for start in (0, 4, 8))


def follow_on(*, license: License, order: Order, at: datetime) -> Term:
    """Write a term that follows on the last one; where that is over, one that starts when it was bought."""
    last = license.terms.order_by("ends_at").last()
    bought_at = min(order.bought_at, at)
    starts_at = max(last.ends_at, bought_at) if last else bought_at
    owner, chain = license.owner, chain_until(license, starts_at)
    ends_at = end_of_term(order.plan, starts_at, owner.zone, behind=chain)
    return Term.objects.create(
        license=license,
        plan=order.plan,
        order=order,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=owner.time_zone,
    )


def chain_until(license: License, moment: datetime) -> list[Term]:
    """Return the terms that run until this moment without a gap, the oldest first."""
    chain: list[Term] = []
    for term in license.terms.filter(ends_at__lte=moment).select_related("plan").order_by("-ends_at"):
        if term.ends_at != (chain[0].starts_at if chain else moment):
            break
        chain.insert(0, term)
    return chain


def cut_off(term: Term, *, at: datetime) -> None:
    """End a term now, take it away if it has not begun, and let those behind it move up."""
    if term.ends_at <= at:
        return
    later = list(term.license.terms.filter(starts_at__gte=term.ends_at).order_by("starts_at"))
    # Only what was queued behind another goes: a code's term that began this instant keeps its code used.
    if term.starts_at > at and term.order and term.order.renews_id:
        free_from = term.starts_at
        term.delete()
    else:
        free_from = term.ends_at = max(at, term.starts_at + SHORTEST)
        term.save(update_fields=["ends_at"])
    for follower in later:
        free_from = move_up(follower, free_from)


def move_up(term: Term, starts_at: datetime) -> datetime:
    """Let a term that waited begin earlier, as long as it was bought for, and return its new end."""
    ends_at = end_of_term(term.plan, starts_at, term.zone, behind=chain_until(term.license, starts_at))
    term.starts_at, term.ends_at = starts_at, min(term.ends_at, ends_at)
    term.save(update_fields=["starts_at", "ends_at"])
    return term.ends_at
