"""Bring what was bought to the account of whoever has verified the address, at once or when that happens."""

import logging
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q

from licenses.dates import end_of_term
from licenses.models import Event, License, Order, Plan, Region
from licenses.refusals.orders import LicenseBlocked, NotRenewable, PlanOfOtherRegion
from portal.foundation.database.locks import lock_name
from portal.foundation.refusals import Refusal

from .announcements import announce_added
from .events import record_event
from .terms import follow_on, is_billed_again, start_license

logger = logging.getLogger("licenses.orders")


def lock_address(email: str) -> None:
    """Let an order for an address and its verification wait for each other, so that neither overlooks the other."""
    if email:
        lock_name("address", email)


def owner_of(email: str):
    """Return whose verified address this is, if anybody’s."""
    verified = Q(emailaddress__email=email, emailaddress__verified=True)
    return get_user_model().objects.filter(verified, is_active=True).first()


def deliver(order: Order, user, at: datetime) -> License:
    """Give the license of this order to an account; the term runs from the purchase."""
    refuse_region(order.plan, user)
    starts_at = min(order.bought_at, at)
    ends_at = end_of_term(order.plan, starts_at, user.zone)
    license = start_license(user=user, plan=order.plan, order=order, starts_at=starts_at, ends_at=ends_at, at=at)
    mark_delivered(order, user, at)
    record_event(Event.Verb.ORDER_DELIVERED, license=license, order=order, details={"order": order.number}, at=at)
    announce_added(license=license, order=order, at=at)
    return license


def deliver_renewal(order: Order, at: datetime) -> License:
    """Let a term follow on the last one of the license, whoever has it now.

    Of a subscription it is the next payment: one that was cancelled renews itself again, and its orders say so.
    """
    license = lock_license_of(order.first_id)
    if license is None:
        raise NotRenewable()
    if license.blocked_at:
        raise LicenseBlocked()
    refuse_region(order.plan, license.owner)
    follow_on(license=license, order=order, at=at)
    license.renews_itself, license.archived_at = is_billed_again(order.plan, order), None
    license.save(update_fields=["renews_itself", "archived_at"])
    mark_delivered(order, license.owner, at)
    if license.renews_itself:
        Order.objects.of_license(order.first_id).update(cancelled_at=None)
    record_event(Event.Verb.ORDER_RENEWED, license=license, order=order, details={"order": order.number}, at=at)
    return license


def lock_license_of(order_id: int) -> License | None:
    """Return the license that began with this order, locked."""
    locked = License.objects.select_for_update(no_key=True, of=("self",)).select_related("owner", "product")
    return locked.filter(terms__order=order_id).first()


def mark_delivered(order: Order, user, at: datetime) -> None:
    order.user, order.delivered_at = user, at
    order.save(update_fields=["user", "delivered_at"])


def refuse_region(plan: Plan, user=None) -> None:
    """Refuse a plan of another region, as a code of it would be; a person without account has the portal's."""
    region = (user and user.region) or settings.REGION
    if plan.region and plan.region != region:
        raise PlanOfOtherRegion(region=Region(plan.region), yours=Region(region))


@transaction.atomic
def deliver_waiting_orders(*, user, at: datetime) -> list[License]:
    """Give an account what waits for its verified addresses; what its region forbids goes on waiting."""
    delivered = []
    for email in user.emailaddress_set.filter(verified=True).order_by("email").values_list("email", flat=True):
        lock_address(email)
        waiting = Order.objects.waiting().filter(email=email).select_related("plan__product").order_by("pk")
        for order in waiting.select_for_update(no_key=True, of=("self",)):
            try:
                with transaction.atomic():
                    delivered.append(deliver_renewal(order, at) if order.renews_id else deliver(order, user, at))
            except Refusal as refusal:
                logger.warning("Order %s goes on waiting: %s", order.pk, refusal.code)
    return delivered
