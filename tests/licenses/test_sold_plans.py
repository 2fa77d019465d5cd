"""What is sold stays as it was sold: against a crafted form, in the model, and where it can in the database."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.timezone import now

from licenses import services
from licenses.models import Event, Plan, Product, SeatPool
from licenses.touched import touched_by
from tests.factories import (
    CodeBatchFactory,
    DeviceFactory,
    LicenseFactory,
    PlanFactory,
    ProductFactory,
    SeatPoolFactory,
    UserFactory,
    fresh_code,
)

pytestmark = pytest.mark.django_db
PLATFORMS = ["windows", "macos", "android", "ios", "server"]


@pytest.fixture
def office(client_of, staff):
    return client_of(staff)


@pytest.fixture
def plan():
    return PlanFactory(name="Family", slug="family")


@pytest.fixture
def sold(plan):
    """A plan of which somebody has a license with one device, and two codes are unused."""
    owner = UserFactory()
    license = services.redeem_code(user=owner, text=fresh_code(plan), at=now())
    services.take_seat(license=license, device=DeviceFactory(owner=owner), at=now())
    services.issue_codes(plan=plan, count=2, at=now())
    return plan


def form_of(plan: Plan, **changes) -> dict:
    """What the page of an unsold plan sends, so also what a crafted form may send."""
    pool = plan.pools.get()
    form = {name: getattr(plan, name) for name in ("name", "slug", "kind", "term_length", "term_unit", "region")}
    form |= {"product": plan.product_id, "pools-TOTAL_FORMS": 1, "pools-INITIAL_FORMS": 1}
    form |= {"pools-0-id": pool.pk, "pools-0-plan": plan.pk, "pools-0-position": 1, "pools-0-quantity": pool.quantity}
    return {**form, **{f"pools-0-on_{platform}": "on" for platform in PLATFORMS}, **changes}


def page_of(row) -> str:
    return reverse(f"admin:licenses_{row._meta.model_name}_change", args=[row.pk])


def act(browser, action: str, *rows, **more) -> str:
    address = reverse(f"admin:licenses_{rows[0]._meta.model_name}_changelist")
    form = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return browser.post(address, form, follow=True).content.decode()


def facts(plan: Plan) -> tuple:
    return Plan.objects.filter(pk=plan.pk).values_list(*Plan.SOLD_AS).get(), list(plan.pools.values())


CHANGES = {"slug": "other", "kind": "trial", "term_length": 2, "term_unit": "day", "region": "europe"}
POOLS = {"pools-0-quantity": 1, "pools-0-on_windows": "", "pools-0-DELETE": "on"}


@pytest.mark.parametrize("change", [{name: value} for name, value in {**CHANGES, **POOLS}.items()])
def test_crafted_form_changes_nothing_of_a_sold_plan(office, sold, change):
    before = facts(sold)
    office.post(page_of(sold), form_of(sold, **change))
    assert facts(sold) == before


def test_crafted_form_adds_no_pool_to_a_sold_plan(office, sold):
    more = {"pools-TOTAL_FORMS": 2, "pools-1-plan": sold.pk, "pools-1-position": 2, "pools-1-on_windows": "on"}
    office.post(page_of(sold), form_of(sold, **more))
    assert sold.pools.count() == 1


@pytest.mark.parametrize(("name", "value"), [*CHANGES.items(), ("product", None)])
def test_model_refuses_another_sold_plan(refused, sold, name, value):
    setattr(sold, name, value or ProductFactory())
    with pytest.raises(ValidationError, match="cannot be changed any more"):
        sold.full_clean()


@pytest.mark.parametrize(("name", "value"), [("quantity", 1), ("quantity", None), ("on_windows", False)])
def test_model_refuses_other_seats(sold, name, value):
    pool = sold.pools.get()
    setattr(pool, name, value)
    with pytest.raises(ValidationError, match="cannot be changed any more"):
        pool.full_clean()
    with pytest.raises(ValidationError, match="Copy it as a new plan"):
        SeatPool(plan=sold, position=2, on_ios=True).full_clean()


@pytest.mark.parametrize("how", ["batch", "order", "license"])
def test_batch_order_and_license_each_make_it_sold(plan, store, how):
    assert not plan.is_sold
    assert not plan.product.is_sold
    if how == "batch":
        CodeBatchFactory(plan=plan)
    elif how == "order":
        services.place_order(client_id=store.pk, number="A-1", plan=plan.slug, email="new@example.com", at=now())
    else:
        LicenseFactory(product=plan.product, terms__plan=plan)
    assert plan.is_sold
    assert plan.product.is_sold


def test_unsold_plan_is_changed_freely(office, plan, staff):
    office.post(page_of(plan), form_of(plan, **CHANGES, **{"pools-0-quantity": 3}))
    plan.refresh_from_db()
    assert (plan.slug, plan.term_text, plan.pools.get().quantity) == ("other", "2 days", 3)


def test_name_is_changed_still_and_recorded(office, sold, staff):
    office.post(page_of(sold), form_of(sold, name="Household"))
    event = Event.objects.get(verb=Event.Verb.CATALOG_CHANGED)
    assert event.sentence == f"{sold} changed: name: Family → Household"
    assert event.actor == staff


def test_pages_say_what_is_frozen_and_whom_it_touches(office, sold):
    for row in (sold, sold.product):
        page = office.get(page_of(row)).content.decode()
        assert "1 license, 1 device, 2 unused codes" in page
        assert "Sold:" in page
    assert "Not sold yet" in office.get(page_of(PlanFactory())).content.decode()


def test_counts_are_of_this_plan_and_of_what_runs(sold):
    other = PlanFactory(product=sold.product)
    services.redeem_code(user=UserFactory(), text=fresh_code(other), at=now())
    services.block_license(license=sold.terms.get().license, reason="Charged back.", at=now())
    assert touched_by(sold, now()) == (0, 0, 2)
    assert touched_by(other, now()) == (1, 0, 0)
    assert touched_by(sold.product, now()) == (1, 0, 2)


def test_short_name_of_a_sold_product_stays(office, sold):
    product = sold.product
    form = {"name": "New name", "slug": "other", "kind": "protection", "icon": "shield", "tone": 1, "summary": "Short"}
    office.post(page_of(product), form)
    changed = Product.objects.get(pk=product.pk)
    assert (changed.name, changed.summary, changed.slug) == ("New name", "Short", product.slug)
    changed.slug = "other"
    with pytest.raises(ValidationError, match="cannot be changed any more"):
        changed.full_clean()


def test_database_keeps_sold_names_too(sold):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has the trigger; the same suite runs there too")
    for rows in (Plan.objects, Product.objects):
        with pytest.raises(IntegrityError, match="sold_name_stays"), transaction.atomic():
            rows.update(slug="other")
    free = PlanFactory()
    Plan.objects.filter(pk=free.pk).update(slug="free")
    Product.objects.filter(pk=free.product_id).update(slug="free")


def test_copy_is_a_plan_that_can_be_changed(office, sold, staff):
    SeatPoolFactory(plan=sold, position=2, quantity=None)
    page = act(office, "copy", sold)
    copy = Plan.objects.get(slug="family-copy")
    assert "Here is the copy." in page
    assert (copy.name, copy.is_sold) == ("Family (copy)", False)
    assert [pool.quantity for pool in copy.pools.all()] == [5, None]
    assert Event.objects.get(verb=Event.Verb.PLAN_COPIED).details == {"name": str(copy), "source": str(sold)}
    assert services.copy_plan(plan=sold, at=now()).slug == "family-copy-2"


def test_copy_has_the_seats_and_platforms_of_its_source(sold):
    copy = services.copy_plan(plan=sold, at=now())
    assert [str(pool) for pool in copy.pools.all()] == [str(pool) for pool in sold.pools.all()]
    assert sold.pools.count() == 1


@pytest.mark.parametrize("kind", ["plan", "product"])
def test_withdrawing_says_first_whom_it_touches(office, sold, staff, kind):
    row = sold if kind == "plan" else sold.product
    assert "1 license, 1 device, 2 unused codes" in act(office, "withdraw", row)
    row.refresh_from_db()
    assert row.withdrawn_at is None
    assert "What was sold goes on." in act(office, "withdraw", row, sure="yes")
    assert "Withdrawn already." in act(office, "withdraw", row, sure="yes")
    assert "is on sale again" in act(office, "put_back", row)
    row.refresh_from_db()
    assert row.withdrawn_at is None
    verbs = [Event.Verb.WITHDRAWN_FROM_SALE, Event.Verb.PUT_BACK_ON_SALE]
    assert [event.verb for event in Event.objects.filter(actor=staff).order_by("pk")] == verbs


@pytest.mark.parametrize("kind", ["plan", "product"])
def test_no_codes_are_issued_of_what_is_withdrawn(office, plan, kind, refused):
    services.withdraw_from_sale(row=plan if kind == "plan" else plan.product, at=now())
    plan = Plan.objects.get()
    refused("plan_withdrawn", services.issue_codes, plan=plan, count=1, at=now())
    form = {"form_key": "6f0c2d8e-8d0a-4c43-9a35-5b0f1d0f6c11", "count": 1, "plan": plan.pk}
    assert "is not sold any more" in office.post(reverse("admin:licenses_codebatch_make"), form).content.decode()
    services.put_back_on_sale(row=plan if kind == "plan" else plan.product, at=now())
    assert services.issue_codes(plan=Plan.objects.get(), count=1, at=now()).codes


def test_unused_codes_of_a_withdrawn_plan_are_added_still(plan, customer):
    code = fresh_code(plan)
    services.withdraw_from_sale(row=plan, at=now())
    assert services.redeem_code(user=customer, text=code, at=now())


@pytest.mark.parametrize("kind", ["plan", "product"])
def test_sold_rows_are_not_deleted_and_unsold_ones_may_be(office, sold, kind):
    row = sold if kind == "plan" else sold.product
    free = PlanFactory() if kind == "plan" else ProductFactory()
    delete = f"admin:licenses_{kind}_delete"
    assert office.post(reverse(delete, args=[row.pk]), {"post": "yes"}).status_code == 403
    assert office.post(reverse(delete, args=[free.pk]), {"post": "yes"}).status_code == 302
    assert "delete_selected" not in office.get(reverse(f"admin:licenses_{kind}_changelist")).content.decode()
    assert not type(free).objects.filter(pk=free.pk).exists()
