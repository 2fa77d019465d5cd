"""Take back what an order bought, or let its subscription run out."""

import re
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from licenses import code_keys, spelling
from licenses.models import ActivationCode, CodeBatch, Event, License, Order, Term
from licenses.refusals.orders import NothingToCancel, OrderRefunded, UnknownCode

from .delivery import lock_address, lock_license_of
from .events import record_event
from .licenses import block_license
from .orders import lock_order
from .seats import free_seat
from .terms import cut_off, is_billed_again

CASE_NUMBER = re.compile(r"C-?([0-9]{1,18})", re.ASCII)


@transaction.atomic
def refund_order(*, order: Order, at: datetime) -> Order:
    """Take back what an order bought: its term ends, unused codes are revoked; a license that has nothing left is
    blocked, and its seats are free. Calling twice changes nothing.
    """
    lock_address(order.email)
    order = lock_order(order)
    if order.refunded_at:
        return order
    order.refunded_at = at
    order.save(update_fields=["refunded_at"])
    withdraw_waiting_renewals(order, at)
    if order.kind == Order.Kind.CODES:
        revoke_unused(order, at)
    bought = Term.objects.filter(Q(order=order) | Q(code__batch__order=order, code__revoked_at__isnull=True))
    for term in bought.order_by("license_id"):
        license = take_back(term, at)
        record_event(Event.Verb.ORDER_REFUNDED, license=license, order=order, details={"order": order.number}, at=at)
    return order


@transaction.atomic
def refund_code(*, code: ActivationCode, actor=None, at: datetime) -> ActivationCode:
    """Take back the purchase of one code and of no other: it is revoked, and if it was used, its term ends.

    What was revoked before stays as it is.
    """
    code = ActivationCode.objects.select_for_update(no_key=True, of=("self",)).select_related("batch").get(pk=code.pk)
    if code.revoked_at:
        return code
    code.revoked_at, code.revoked_reason = at, ActivationCode.Reason.REFUNDED
    code.save(update_fields=["revoked_at", "revoked_reason"])
    term = Term.objects.filter(code=code).first()
    license = take_back(term, at) if term else None
    objects = {"license": license, "code": code, "batch": code.batch}
    record_event(Event.Verb.CODE_REFUNDED, actor=actor, details={"hint": code.hint}, at=at, **objects)
    return code


@transaction.atomic
def refund_code_of_order(*, order: Order, text: str, at: datetime) -> Order:
    """Take back one code of an order, named by its text, its case number or its last group. Raises `unknown_code`."""
    order = lock_order(order)
    code = find_code_of_order(order, text)
    if code is None:
        raise UnknownCode()
    if order.refunded_at is None:
        refund_code(code=code, at=at)
    return order


def find_code_of_order(order: Order, text: str) -> ActivationCode | None:
    codes = ActivationCode.objects.filter(batch__order=order)
    case, spelled = CASE_NUMBER.fullmatch(text.strip().upper()), spelling.normalize(text)
    if case:
        return codes.filter(pk=int(case[1])).first()
    found = list(codes.filter(Q(digest__in=code_keys.digests(spelled)) | Q(hint=spelled))[:2])
    return found[0] if len(found) == 1 else None


def withdraw_waiting_renewals(order: Order, at: datetime) -> None:
    """What should follow on something that will never be delivered is not delivered either."""
    order.renewals.waiting().update(cancelled_at=at)


def revoke_unused(order: Order, at: datetime) -> None:
    """Make the codes useless that nobody has used; whoever is using one at this moment is waited for."""
    batch = CodeBatch.objects.get(order=order)
    list(batch.codes.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    reason = ActivationCode.Reason.REFUNDED
    batch.codes.unused().update(revoked_at=at, revoked_reason=reason)
    record_event(Event.Verb.ORDER_REFUNDED, batch=batch, order=order, details={"order": order.number}, at=at)


def take_back(term: Term, at: datetime) -> License:
    """End a term that was refunded; block the license when no other gives a right, and free its seats."""
    locked = License.objects.select_for_update(no_key=True, of=("self",)).select_related("owner", "product")
    license = locked.get(pk=term.license_id)
    term = license.terms.select_related("plan", "order").get(pk=term.pk)
    was_over = term.ends_at <= at
    cut_off(term, at=at)
    end_renewal(license)
    if was_over or license.terms.exclude(pk=term.pk).filter(ends_at__gt=at).exists():
        return license
    # As it is written here: whoever reads it has it translated then.
    with translation.override("en"):
        reason = str(ActivationCode.Reason.REFUNDED.label)
    block_license(license=license, reason=reason, cause="refunded", at=at)
    for seat in license.seats.held().select_related("device").order_by("device_id"):
        free_seat(license=license, device=seat.device, with_license=True, at=at)
    return license


def end_renewal(license: License) -> None:
    """Turn the renewal off when the payment was taken back by which a store would have gone on."""
    newest = license.terms.filter(order__isnull=False).select_related("plan", "order").order_by("starts_at").last()
    if license.renews_itself and not (newest and is_billed_again(newest.plan, newest.order)):
        license.renews_itself = False
        license.save(update_fields=["renews_itself"])


@transaction.atomic
def cancel_order(*, order: Order, at: datetime) -> Order:
    """Let a subscription run out, whichever of its orders is named, or withdraw an order that waits; twice is once.

    Raises `order_refunded`, and `nothing_to_cancel` for what does not renew itself.
    """
    lock_address(order.email)
    order = lock_order(order)
    if order.is_waiting:
        withdraw_waiting_renewals(order, at)
        order.cancelled_at = at
        order.save(update_fields=["cancelled_at"])
    elif order.state != Order.State.CANCELLED:
        stop_renewing(order, at)
        order.refresh_from_db(fields=["cancelled_at"])
    return order


def stop_renewing(order: Order, at: datetime) -> None:
    """Turn the renewal off; all orders of the subscription say since when."""
    license = lock_license_of(order.first_id) if order.kind == Order.Kind.LICENSE else None
    if license and license.renews_itself:
        license.renews_itself = False
        license.save(update_fields=["renews_itself"])
        Order.objects.of_license(order.first_id).update(cancelled_at=at)
        details = {"order": order.number}
        record_event(Event.Verb.ORDER_CANCELLED, license=license, order=order, details=details, at=at)
    elif order.refunded_at:
        raise OrderRefunded()
    elif not order.cancelled_at:
        raise NothingToCancel()
