"""Whether a subscription renews: the store's answers, the license and the customer's page say the same."""

import pytest
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import now

from licenses import services
from licenses.api import shown
from licenses.models import License, Order, Plan, Term
from licenses.standing import State
from tests.factories import UserFactory, days, fresh_code, standing
from tests.licenses.test_order_api import shop_of

pytestmark = pytest.mark.django_db
ANNA = {"number": "N-0", "plan": "family-1y", "email": "anna@example.com"}
# What a store may do to the first of its orders, or to the newest one.
ACTS = [("cancel", 0), ("renew", 0), ("renew", -1), ("refund", 0), ("refund", -1)]


@pytest.fixture
def monthly(plan):
    Plan.objects.update(kind=Plan.Kind.SUBSCRIPTION, term_unit=Plan.Unit.MONTH)
    plan.refresh_from_db()
    return plan


@pytest.fixture
def shop(store, monthly):
    return shop_of(store)


@pytest.fixture
def read_page(client_of, customer):
    """Return a function that reads what the customer's page says of the only license."""
    browser = client_of(customer)
    return lambda: browser.get(License.objects.get().get_absolute_url()).content.decode()


def act(shop, what, which):
    """Let the store change an order, and return its answer."""
    number = list(Order.objects.order_by("pk").values_list("number", flat=True))[which]
    more = {"number": f"N-{Order.objects.count()}"} if what == "renew" else {}
    return shop.call("PATCH", f"/orders/{number}", {"action": what, **more})


def everything_agrees(read_page):
    """Compare what each order, the license and its page say about the renewal, and return it."""
    license = License.objects.get()
    for order in Order.objects.all():
        told = shown(order, timezone.now())
        assert told["license"]["renews_itself"] == license.renews_itself
        assert not (told["cancelled_at"] and license.renews_itself and told["delivered_at"])
    says = read_page()
    assert ("renews by itself on" in says) == (license.renews_itself and license.blocked_at is None)
    assert ("Renewal date" in says) == license.renews_itself
    return license.renews_itself


def follow(shop, read_page, depth, path=()):
    """Try every act, and after each one every act again; each is undone before the next."""
    for what, which in ACTS if depth else ():
        before = License.objects.get().renews_itself
        with transaction.atomic():
            answer = act(shop, what, which)
            renews, blocked = everything_agrees(read_page), License.objects.get().blocked_at
            path_here = (*path, (what, which, answer.status_code))
            if what == "cancel":
                assert not renews, path_here
                assert answer.status_code != 200 or answer.json()["cancelled_at"], path_here
            elif what == "renew" and answer.status_code == 200:
                assert renews, path_here
            else:
                assert renews <= before, path_here
            assert not (blocked and renews), path_here
            follow(shop, read_page, depth - 1, path_here)
            transaction.set_rollback(True)


def test_every_sequence_of_a_store_tells_one_truth(shop, read_page, settings):
    settings.LIMITS = {**settings.LIMITS, "orders": (100_000, timezone.timedelta(minutes=1))}
    shop.call("POST", "/orders", ANNA)
    assert everything_agrees(read_page)
    follow(shop, read_page, 3)


def test_cancelled_renewed_and_cancelled_again(shop, customer):
    """As a store tells it, by the number of its first order."""
    shop.call("POST", "/orders", ANNA)
    assert act(shop, "cancel", 0).json()["cancelled_at"]
    renewed = act(shop, "renew", 0).json()
    assert (renewed["license"]["renews_itself"], renewed["cancelled_at"]) == (True, None)
    assert shop.call("GET", "/orders/N-0").json()["cancelled_at"] is None
    again = act(shop, "cancel", 0).json()
    assert again["cancelled_at"]
    assert not again["license"]["renews_itself"]


def test_order_that_was_cancelled_before_the_repair_can_be_cancelled(shop, customer):
    shop.call("POST", "/orders", ANNA)
    Order.objects.update(cancelled_at=days(-3))
    assert act(shop, "cancel", 0).json()["cancelled_at"] > days(-1).isoformat()
    assert not License.objects.get().renews_itself


def test_cancelling_by_one_order_is_said_by_all(shop, customer):
    shop.call("POST", "/orders", ANNA)
    act(shop, "renew", 0)
    told = act(shop, "cancel", 0).json()
    assert shop.call("GET", "/orders/N-1").json()["cancelled_at"] == told["cancelled_at"]
    assert act(shop, "cancel", -1).json()["cancelled_at"] == told["cancelled_at"]


def test_order_that_was_refunded_still_cancels_what_goes_on(shop, customer):
    shop.call("POST", "/orders", ANNA)
    act(shop, "renew", 0)
    act(shop, "refund", 0)
    assert License.objects.get().renews_itself
    assert act(shop, "cancel", 0).status_code == 200
    assert not License.objects.get().renews_itself


@pytest.mark.parametrize("acts", [["renew"], ["renew", "cancel"], ["renew", "refund"], ["cancel"], ["refund"]])
def test_what_waits_for_its_person_is_delivered_as_it_was_left(shop, client_of, acts):
    shop.call("POST", "/orders", ANNA)
    for what in acts:
        act(shop, what, -1)
    customer = UserFactory(email=ANNA["email"])
    services.deliver_waiting_orders(user=customer, at=now())
    assert License.objects.exists() == (acts[0] == "renew")
    if License.objects.exists():
        browser = client_of(customer)
        assert everything_agrees(lambda: browser.get(License.objects.get().get_absolute_url()).content.decode())


# Codes


def test_subscription_from_a_code_says_that_it_ends(customer, read_page, monthly):
    license = services.redeem_code(user=customer, text=fresh_code(monthly), at=now())
    assert not license.renews_itself
    assert "It does not renew by itself." in read_page()
    assert "renews by itself on" not in read_page()


def test_subscription_from_the_code_of_a_store_ends_as_well(place, customer, read_page, monthly):
    order, _new = place("C-1", email="", codes=1)
    services.redeem_code(user=customer, text=services.codes_of_order(order=order, at=now())[0], at=now())
    assert "It does not renew by itself." in read_page()


def test_subscription_from_a_code_is_told_that_it_ends_soon(customer, read_page, monthly):
    services.redeem_code(user=customer, text=fresh_code(monthly), at=now())
    Term.objects.update(starts_at=days(-25), ends_at=days(3))
    assert standing(License.objects.get()).state == State.ENDING
    assert "It does not renew by itself." in read_page()
    assert "are no longer protected" in read_page()


def test_page_leads_to_the_store_that_takes_the_payment(order, read_page, monthly, store):
    License.objects.update(renews_itself=True)
    monthly.product.renew_url = "https://shop.example.com/"
    monthly.product.save()
    says = read_page()
    assert f"{store.name} takes the payment" in says
    assert f"cancel your order {order.number} there" in says
    assert 'href="https://shop.example.com/"' in says


def test_page_costs_one_query_more_where_a_store_renews(order, read_page, django_assert_max_num_queries):
    License.objects.update(renews_itself=True)
    with django_assert_max_num_queries(14):
        read_page()
