"""What is sold: change what may be changed, withdraw what is not sold any more, copy what should be sold otherwise."""

from datetime import datetime
from itertools import count

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from licenses.models import Event, Plan, Product
from licenses.refusals.orders import PlanWithdrawn

from .events import record_event


@transaction.atomic
def change_catalog(*, row: Product | Plan, at: datetime, actor=None) -> None:
    """Store a product or a plan that was edited, and record each change. Raises `frozen` for what it was sold as."""
    stored = lock(row)
    row.full_clean()
    changed = [
        field for field in row._meta.concrete_fields if field.value_from_object(row) != field.value_from_object(stored)
    ]
    if changed:
        row.save(update_fields=[field.name for field in changed])
        changes = [f"{field.verbose_name}: {shown(field, stored)} → {shown(field, row)}" for field in changed]
        details = {"name": str(stored), "changes": "; ".join(changes)}
        record_event(Event.Verb.CATALOG_CHANGED, actor=actor, details=details, at=at)


def shown(field: models.Field, row: Product | Plan) -> str:
    """Write the value of a column as the form does."""
    words = getattr(row, f"get_{field.name}_display", None)
    value = words() if words else getattr(row, field.name)
    return "–" if value in (None, "") else str(value)


@transaction.atomic
def withdraw_from_sale(*, row: Product | Plan, at: datetime, actor=None) -> Product | Plan:
    """Sell it no longer; what was sold goes on, and is renewed. A second time changes nothing."""
    row = lock(row)
    if row.withdrawn_at is None:
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        record_event(Event.Verb.WITHDRAWN_FROM_SALE, actor=actor, details={"name": str(row)}, at=at)
    return row


@transaction.atomic
def put_back_on_sale(*, row: Product | Plan, at: datetime, actor=None) -> Product | Plan:
    """Sell it again. A second time changes nothing."""
    row = lock(row)
    if row.withdrawn_at:
        row.withdrawn_at = None
        row.save(update_fields=["withdrawn_at"])
        record_event(Event.Verb.PUT_BACK_ON_SALE, actor=actor, details={"name": str(row)}, at=at)
    return row


@transaction.atomic
def copy_plan(*, plan: Plan, at: datetime, actor=None) -> Plan:
    """Make a plan like this one, with the same seats, that may be changed as long as nobody has bought it."""
    pools = list(plan.pools.all())
    copy = Plan(**{name: getattr(plan, name) for name in Plan.SOLD_AS})
    copy.name, copy.slug = str(_("%(name)s (copy)") % {"name": plan.name[:80]}), free_slug(plan)
    copy.save(force_insert=True)
    for pool in pools:
        pool.pk, pool.plan = None, copy
        pool.save(force_insert=True)
    record_event(Event.Verb.PLAN_COPIED, actor=actor, details={"name": str(copy), "source": str(plan)}, at=at)
    return copy


def free_slug(plan: Plan) -> str:
    """Return a short name that no plan has yet; of two who take the same one at once, the constraint refuses one."""
    base = f"{plan.slug[:70]}-copy"
    taken = set(Plan.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    others = (f"{base}-{number}" for number in count(2))
    return base if base not in taken else next(slug for slug in others if slug not in taken)


def lock(row: Product | Plan) -> Product | Plan:
    return type(row).objects.select_for_update(no_key=True).get(pk=row.pk)


def refuse_withdrawn(plan: Plan, moment: datetime) -> None:
    """Refuse what is not sold any more at this moment: `plan_withdrawn`."""
    if not plan.is_on_sale(moment):
        raise PlanWithdrawn(plan=plan)
