"""Tell the stores that sold a license what becomes of it; the words of the messages are an interface."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from licenses.models import License, Order, Term
from licenses.topics import Topic
from portal.foundation.webhooks.services import announce, written


def announce_added(*, license: License, order: Order, at: datetime) -> None:
    """Tell the store of this order that its license is in an account."""
    tell(Topic.LICENSE_ADDED, license, order, event_id=f"added-{license.support_key}", at=at)


def announce_ended(*, license: License, reason: str, at: datetime) -> None:
    """Tell the stores that sold it that a license gives no right any more: `expired`, `refunded` or `blocked`."""
    for order in orders_behind(license):
        event_id = f"ended-{license.support_key}-{int(at.timestamp())}"
        tell(Topic.LICENSE_ENDED, license, order, event_id=event_id, at=at, reason=reason)


@transaction.atomic
def report_full_license(*, support_key: str, at: datetime) -> None:
    """Tell the stores that sold it that a device found no seat: once a day, however often it tries."""
    locked = License.objects.select_for_update(no_key=True, of=("self",)).select_related("product")
    license = locked.get(support_key=support_key)
    for order in orders_behind(license):
        event_id = f"full-{license.support_key}-{at.astimezone(UTC):%Y-%m-%d}"
        tell(Topic.DEVICE_LIMIT_MET, license, order, event_id=event_id, at=at)


def tell(topic: Topic, license: License, order: Order, *, event_id: str, at: datetime, **more: Any) -> None:
    """Announce to one store, by its own order number. It is not told whose the license is: it sold to an address."""
    terms = list(license.terms.select_related("plan").order_by("starts_at"))
    data = {
        "order": order.number,
        "product": license.product.slug,
        "plan": terms[-1].plan.slug,
        "license": license.support_key,
        "starts_at": written(terms[0].starts_at),
        "ends_at": written(terms[-1].ends_at),
        **more,
    }
    announce(type=topic, subject=license.support_key, client_id=order.client_id, data=data, event_id=event_id, at=at)


def orders_behind(license: License) -> list[Order]:
    """Return through which orders the license was sold; of each store, the newest."""
    terms = license.terms.select_related("order", "code__batch__order").order_by("starts_at")
    return list({term.sold_by.client_id: term.sold_by for term in terms if term.sold_by}.values())


@transaction.atomic
def announce_expiries(*, at: datetime, limit: int = 100) -> int:
    """Look at licenses of which a term passed, and announce those that ended with it; each end is noted once.

    Several workers may do this at once: each takes licenses that no other has in hand.
    """
    ended = Term.objects.ended_unannounced(at)
    concerned = License.objects.filter(pk__in=list(ended.values_list("license", flat=True)[:limit]))
    if connection.features.has_select_for_update_skip_locked:
        concerned = concerned.select_for_update(no_key=True, skip_locked=True)
    locked = [license.pk for license in concerned.order_by("pk")]
    if not locked:
        return 0
    passed = ended.filter(license__in=locked)
    last_ends = dict(passed.order_by("ends_at").values_list("license", "ends_at"))
    passed.update(expiry_announced_at=at)
    sold = License.objects.sold_by_stores().filter(pk__in=last_ends)
    for standing in sold.standings(at, with_seats=False):
        license = standing.license
        if not license.blocked_at and not standing.is_running:
            announce_ended(license=license, reason="expired", at=standing.with_grace(last_ends[license.pk]))
    return len(last_ends)
