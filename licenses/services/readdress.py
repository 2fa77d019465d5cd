"""Bring an order to its person after all: correct a wrong address, or send the mail about it again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from licenses.mails import mail_about_order, mail_about_waiting_order
from licenses.models import Event, Order
from licenses.refusals.orders import NothingToMail, NotWaiting

from .delivery import deliver_waiting_orders, lock_address, lock_license_of
from .events import record_event
from .orders import fulfill, lock_order, refuse_address


@transaction.atomic
def readdress_order(*, order: Order, email: str, reason: str, actor=None, at: datetime) -> Order:
    """Correct the address of an order that waits, and of its renewals, and begin anew: a mail, or delivery at once.

    What was delivered belongs to somebody. The same address again changes nothing. Raises `bad_email`, `not_waiting`,
    `region`.
    """
    email = email.strip().lower()
    refuse_address(email)
    for address in sorted({order.email, email}):
        lock_address(address)
    first = lock_order(order.renews or order)
    if not first.is_waiting:
        raise NotWaiting()
    if first.email == email:
        return order
    Order.objects.waiting().filter(Q(pk=first.pk) | Q(renews=first)).update(email=email)
    first.email = email
    details = {"order": first.number, "reason": reason}
    record_event(Event.Verb.ORDER_READDRESSED, actor=actor, order=first, details=details, at=at)
    fulfill(first, at)
    if first.user:
        deliver_waiting_orders(user=first.user, at=at)
    return order


@transaction.atomic
def mail_order_again(*, order: Order, actor=None, at: datetime) -> Order:
    """Send the mail about an order once more, to whoever waits for it or has it. Raises `nothing_to_mail`."""
    lock_address(order.email)
    order = lock_order(order)
    license = lock_license_of(order.first_id) if order.kind == Order.Kind.LICENSE and order.delivered_at else None
    if order.refunded_at or not (order.is_waiting or license):
        raise NothingToMail()
    if license:
        mail_about_order(order=order, license=license)
    else:
        mail_about_waiting_order(order=order)
    details = {"order": order.number}
    record_event(Event.Verb.ORDER_MAILED, actor=actor, license=license, order=order, details=details, at=at)
    return order
