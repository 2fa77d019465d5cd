"""Take back what an order bought, or let its subscription run out."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from licenses.models import ActivationCode, CodeBatch, Event, License, Order, Term

from .delivery import lock_address, lock_license_of
from .events import record_event
from .licenses import block_license
from .orders import lock_order
from .seats import free_seat
from .terms import cut_off, is_billed_again


@transaction.atomic
def refund_order(*, order: Order, now: datetime | None = None) -> Order:
    """Take back what an order bought: its term ends, unused codes are revoked; a license that has nothing left is
    blocked, and its seats are free. Calling twice changes nothing.
    """
    now = now or timezone.now()
    lock_address(order.email)
    order = lock_order(order)
    if order.refunded_at:
        return order
    order.refunded_at = now
    order.save(update_fields=["refunded_at"])
    withdraw_waiting_renewals(order, now)
    if order.kind == Order.Kind.CODES:
        revoke_unused(order, now)
    bought = Term.objects.filter(Q(order=order) | Q(code__batch__order=order)).order_by("license_id")
    for pk, license_id in bought.values_list("pk", "license_id"):
        take_back(order, pk, license_id, now)
    return order


def withdraw_waiting_renewals(order: Order, now: datetime) -> None:
    """What should follow on something that will never be delivered is not delivered either."""
    order.renewals.waiting().update(cancelled_at=now)


def revoke_unused(order: Order, now: datetime) -> None:
    """Make the codes useless that nobody has used; whoever is using one at this moment is waited for."""
    batch = CodeBatch.objects.get(order=order)
    list(batch.codes.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    reason = ActivationCode.Reason.REFUNDED
    batch.codes.unused().update(revoked_at=now, revoked_reason=reason)
    record_event(Event.Verb.ORDER_REFUNDED, batch=batch, details={"order": order.number}, at=now)


def take_back(order: Order, term_id: int, license_id: int, now: datetime) -> None:
    """End a term that was refunded; block the license when no other gives a right, and free its seats."""
    locked = License.objects.select_for_update(no_key=True, of=("self",)).select_related("owner", "product")
    license = locked.get(pk=license_id)
    term = license.terms.select_related("plan", "order").get(pk=term_id)
    was_over = term.ends_at <= now
    cut_off(term, now=now)
    end_renewal(license)
    record_event(Event.Verb.ORDER_REFUNDED, license=license, details={"order": order.number}, at=now)
    if was_over or license.terms.exclude(pk=term_id).filter(ends_at__gt=now).exists():
        return
    with translation.override(license.owner.language or settings.LANGUAGE_CODE):
        reason = str(ActivationCode.Reason.REFUNDED.label)
    block_license(license=license, reason=reason, cause="refunded", now=now)
    for seat in license.seats.held().select_related("device").order_by("device_id"):
        free_seat(license=license, device=seat.device, now=now)


def end_renewal(license: License) -> None:
    """Turn the renewal off when the payment was taken back by which a store would have gone on."""
    newest = license.terms.filter(order__isnull=False).select_related("plan", "order").order_by("starts_at").last()
    if license.renews_itself and not (newest and is_billed_again(newest.plan, newest.order)):
        license.renews_itself = False
        license.save(update_fields=["renews_itself"])


@transaction.atomic
def cancel_order(*, order: Order, now: datetime | None = None) -> Order:
    """Let a subscription run out, whichever of its orders is named, or withdraw an order that waits; twice is once.

    Raises `order_refunded`, and `nothing_to_cancel` for what does not renew itself.
    """
    now = now or timezone.now()
    lock_address(order.email)
    order = lock_order(order)
    if order.is_waiting:
        withdraw_waiting_renewals(order, now)
        order.cancelled_at = now
        order.save(update_fields=["cancelled_at"])
    elif order.state != Order.State.CANCELLED:
        stop_renewing(order, now)
        order.refresh_from_db(fields=["cancelled_at"])
    return order


def stop_renewing(order: Order, now: datetime) -> None:
    """Turn the renewal off; all orders of the subscription say since when."""
    license = lock_license_of(order.first_id) if order.kind == Order.Kind.LICENSE else None
    if license and license.renews_itself:
        license.renews_itself = False
        license.save(update_fields=["renews_itself"])
        Order.objects.of_license(order.first_id).update(cancelled_at=now)
        record_event(Event.Verb.ORDER_CANCELLED, license=license, details={"order": order.number}, at=now)
    elif order.refunded_at:
        raise ValidationError(_("This order was refunded. Place a new order."), code="order_refunded")
    elif not order.cancelled_at:
        raise ValidationError(
            _("This order does not renew itself. To take it back, refund it."), code="nothing_to_cancel"
        )
