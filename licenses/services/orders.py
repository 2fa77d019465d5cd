"""What stores sell: an order is placed once by the store's own number, and renewed under another."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from licenses import code_keys, spelling
from licenses.mails import mail_about_order, mail_about_waiting_order
from licenses.models import ActivationCode, Order, Plan
from licenses.models.orders import CODES_SHOWN_FOR, LONGEST_ADDRESS, MOST_CODES
from licenses.refusals import orders as refusals

from .catalog import refuse_withdrawn
from .codes import issue_codes
from .delivery import deliver, deliver_renewal, lock_address, owner_of, refuse_region

# An order may reach us some time after the purchase; what is older is a mistake.
OLDEST_PURCHASE = timedelta(days=30)
CLOCKS_DIFFER = timedelta(minutes=5)


class Content(NamedTuple):
    """What makes two orders of one number the same; the plan by its slug, what is renewed by its key."""

    kind: str
    email: str
    quantity: int
    plan: str
    renews: int | None


class Bought(NamedTuple):
    """What else is written about an order."""

    plan: Plan
    bought_at: datetime
    language: str


@transaction.atomic
def place_order(
    *,
    client_id: str,
    number: str,
    plan: str,
    email: str = "",
    codes: int = 0,
    bought_at: datetime | None = None,
    language: str = "",
    at: datetime,
) -> tuple[Order, bool]:
    """Take an order of a license for an email address, or of `codes`; return it, and whether it is new.

    The same number again is the same order, however many send it at once. Raises `bad_email`, `bad_count`,
    `bad_bought_at`, `unknown_plan`, `plan_withdrawn`, `plan_is_trial`, `region`, and `order_differs` for a number that
    another order has.
    """
    kind = Order.Kind.CODES if codes else Order.Kind.LICENSE
    content = Content(kind, email.strip().lower(), codes or 1, plan, None)
    lock_address(content.email)
    earlier = find_same(client_id, number, content, bought_at)
    if earlier:
        return earlier, False
    refuse_content(content)
    bought = Bought(find_plan(plan), clean_purchase(bought_at, at), language)
    refuse_withdrawn(bought.plan, bought.bought_at)
    refuse_trial_plan(bought.plan, kind)
    order, is_new = record_order(client_id, number, content, bought, at)
    if is_new:
        fulfill(order, at)
    return order, is_new


def find_same(client_id: str, number: str, content: Content, bought_at: datetime | None) -> Order | None:
    """Return the store's order of this number. Raises `order_differs` when it has another content."""
    order = Order.objects.of_store(client_id).select_related("plan__product").filter(number=number).first()
    if order is None:
        return None
    known = Content(order.kind, order.email, order.quantity, order.plan.slug, order.renews_id)
    if content != known or bought_at not in (None, order.bought_at):
        raise refusals.OrderDiffers(number=number)
    return order


def record_order(client_id: str, number: str, content: Content, bought: Bought, at: datetime) -> tuple[Order, bool]:
    """Write the order; of several with one number at once, the constraint lets one write and the others find it."""
    facts = {**content._asdict(), "renews_id": content.renews, **bought._asdict(), "created_at": at}
    del facts["renews"]
    order, is_new = Order.objects.get_or_create(client_id=client_id, number=number, defaults=facts)
    return (order, True) if is_new else (find_same(client_id, number, content, None) or order, False)


def find_plan(slug: str) -> Plan:
    plan = Plan.objects.select_related("product").filter(slug=slug).first()
    if plan is None:
        raise refusals.UnknownPlan(plan=slug)
    return plan


def clean_purchase(bought_at: datetime | None, at: datetime) -> datetime:
    """Return when it was bought. Raises `bad_bought_at` for a day to come, and for one long ago."""
    if bought_at and not at - OLDEST_PURCHASE <= bought_at <= at + CLOCKS_DIFFER:
        raise refusals.BadBoughtAt(days=OLDEST_PURCHASE.days)
    return bought_at or at


def refuse_content(content: Content) -> None:
    """Refuse an order that nobody can fulfill."""
    if content.kind == Order.Kind.LICENSE:
        refuse_address(content.email)
    elif content.email or not 1 <= content.quantity <= MOST_CODES:
        raise refusals.BadCount(most=MOST_CODES)


def refuse_trial_plan(plan: Plan, kind: str) -> None:
    """A person tries a product once, which is checked where a code is added."""
    if kind == Order.Kind.LICENSE and plan.kind == Plan.Kind.TRIAL:
        raise refusals.PlanIsTrial(plan=plan)


def refuse_address(email: str) -> None:
    try:
        validate_email(email)
        if len(email) > LONGEST_ADDRESS:
            raise ValidationError("long")
    except ValidationError as error:
        raise refusals.BadEmail() from error


def fulfill(order: Order, at: datetime) -> None:
    """Make the codes, or give the license to the account of the address; without one it waits, and a mail says so."""
    if order.kind == Order.Kind.CODES:
        # The caller gets them from `codes_of_order`, the first time like every other.
        issue_codes(plan=order.plan, count=order.quantity, order=order, at=at)
        order.delivered_at = at
        order.save(update_fields=["delivered_at"])
        return
    user = owner_of(order.email)
    if user:
        mail_about_order(order=order, license=deliver(order, user, at))
    else:
        refuse_region(order.plan)
        mail_about_waiting_order(order=order)


@transaction.atomic
def renew_order(
    *,
    order: Order,
    number: str,
    plan: str = "",
    bought_at: datetime | None = None,
    at: datetime,
) -> tuple[Order, bool]:
    """Add a term to the license of an order, under a number of its own; return that order, and whether it is new.

    Raises as `place_order`, and `not_renewable`, `order_refunded`, `order_cancelled`, `other_product`,
    `license_blocked`.
    """
    lock_address(order.email)
    order = lock_order(order)
    first = order.renews or order
    content = Content(Order.Kind.LICENSE, first.email, 1, plan or order.plan.slug, first.pk)
    earlier = find_same(order.client_id, number, content, bought_at)
    if earlier:
        return earlier, False
    refuse_renewal(order)
    bought = Bought(find_plan(content.plan), clean_purchase(bought_at, at), order.language)
    refuse_trial_plan(bought.plan, content.kind)
    refuse_other_product(bought.plan, order.plan)
    renewal, is_new = record_order(order.client_id, number, content, bought, at)
    if is_new and not first.is_waiting:
        deliver_renewal(renewal, at)
    return renewal, is_new


def lock_order(order: Order) -> Order:
    locked = Order.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("plan__product", "renews").get(pk=order.pk)


def refuse_renewal(order: Order) -> None:
    if order.kind == Order.Kind.CODES:
        raise refusals.CodesNotRenewable()
    if order.refunded_at:
        raise refusals.OrderRefunded()
    if order.state == Order.State.CANCELLED:
        raise refusals.OrderCancelled()


def refuse_other_product(plan: Plan, before: Plan) -> None:
    if plan.product_id != before.product_id:
        raise refusals.OtherProduct(plan=plan)


def codes_of_order(*, order: Order, at: datetime) -> list[str]:
    """Return the codes of an order in clear, for a day; after that, and once refunded, nobody reads them again."""
    if order.kind != Order.Kind.CODES or order.refunded_at or at >= order.created_at + CODES_SHOWN_FOR:
        return []
    sealed = ActivationCode.objects.filter(batch__order=order).values_list("sealed", flat=True)
    return sorted(spelling.display(text) for text in map(code_keys.unseal, sealed) if text)
