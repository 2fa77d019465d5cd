"""Renew, refund and cancel: each once, and only what can be."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone, translation

from devices.services import connect
from licenses import services
from licenses.models import Event, License, Order, Plan, Seat, Term
from licenses.standing import State
from tests.factories import DeviceFactory, PlanFactory, SeatPoolFactory, TermFactory, UserFactory, days, standing
from tests.ledger import forget_licenses

pytestmark = pytest.mark.django_db
REFUNDED = "The purchase was refunded."


def renew(order, number="A-2", **more):
    return services.renew_order(order=order, number=number, **{"at": timezone.now(), **more})


@pytest.fixture
def subscription(plan):
    Plan.objects.update(kind=Plan.Kind.SUBSCRIPTION, term_unit=Plan.Unit.MONTH)
    plan.refresh_from_db()
    return plan


# Renewing


def test_renewal_follows_on_the_last_term(order):
    renewal, is_new = renew(order)
    first, second = Term.objects.order_by("starts_at")
    assert is_new
    assert (renewal.renews, renewal.state, second.order) == (order, Order.State.DELIVERED, renewal)
    assert second.starts_at == first.ends_at
    assert second.license == first.license
    assert License.objects.count() == 1


def test_renewal_of_an_ended_license_starts_when_it_was_bought(order):
    Term.objects.update(starts_at=days(-400), ends_at=days(-10))
    now = timezone.now()
    renew(order, at=now)
    assert Term.objects.order_by("starts_at").last().starts_at == now
    assert standing(License.objects.get()).state == State.ACTIVE


def test_renewal_never_overlaps_the_term_before(order):
    Term.objects.update(starts_at=days(-400), ends_at=days(-1))
    renew(order, bought_at=days(-5))
    first, second = Term.objects.order_by("starts_at")
    assert second.starts_at == first.ends_at


def test_same_renewal_again_adds_nothing(order):
    first, _new = renew(order)
    assert renew(order) == (first, False)
    assert Term.objects.count() == 2


def test_number_of_another_order_is_no_renewal(order, place, refused):
    place("A-2")
    refused("order_differs", renew, order, "A-2")
    refused("order_differs", renew, order, order.number)


def test_renewal_is_renewed_as_well(order):
    second, _new = renew(order)
    third, _new = renew(second, "A-3")
    assert third.renews == order
    assert Term.objects.filter(license=order.term.license).count() == 3


def test_renewal_by_another_plan_of_the_product(order, plan):
    longer = PlanFactory(product=plan.product, term_length=2)
    renew(order, plan=longer.slug)
    assert Term.objects.order_by("starts_at").last().plan == longer


def test_renewal_shows_a_license_that_was_put_away(order):
    License.objects.update(archived_at=timezone.now())
    renew(order)
    assert License.objects.get().archived_at is None


def test_renewal_goes_with_the_license_to_its_present_owner(order, other_customer):
    License.objects.update(owner=other_customer)
    assert renew(order)[0].user == other_customer


def test_renewal_of_an_order_that_waits_waits_too(place):
    order, _new = place()
    renewal, _new = renew(order)
    assert renewal.is_waiting
    assert len(mail.outbox) == 1
    services.deliver_waiting_orders(user=UserFactory(email="anna@example.com"), at=timezone.now())
    first, second = Term.objects.order_by("starts_at")
    assert (first.order, second.order) == (order, renewal)
    assert first.license == second.license


def test_what_cannot_be_renewed(order, codes_order, plan, refused):
    refused("not_renewable", renew, codes_order)
    refused("other_product", renew, order, plan=PlanFactory().slug)
    refused("unknown_plan", renew, order, plan="nothing")
    refused("plan_is_trial", renew, order, plan=PlanFactory(product=plan.product, kind=Plan.Kind.TRIAL).slug)
    refused("region", renew, order, plan=PlanFactory(product=plan.product, region="americas").slug)
    refused("bad_bought_at", renew, order, bought_at=days(-40))
    assert Order.objects.count() == 2


def test_blocked_license_is_not_renewed(order, refused):
    services.block_license(license=order.term.license, reason="Charged back.", at=timezone.now())
    refused("license_blocked", renew, order)


def test_refunded_order_is_not_renewed(order, refused):
    services.refund_order(order=order, at=timezone.now())
    refused("order_refunded", renew, order)


def test_withdrawn_order_is_not_renewed(place, refused):
    order = services.cancel_order(order=place()[0], at=timezone.now())
    refused("order_cancelled", renew, order)


def test_order_whose_license_is_gone_is_not_renewed(order, refused):
    forget_licenses()
    refused("not_renewable", renew, order)


# Refunding


def test_refund_ends_the_term_and_blocks_the_license(order):
    now = timezone.now()
    services.refund_order(order=order, at=now)
    license = License.objects.get()
    assert (standing(license).state, license.blocked_reason) == (State.BLOCKED, REFUNDED)
    assert standing(license).term.ends_at == now
    assert Order.objects.get().state == Order.State.REFUNDED


def test_reason_is_in_the_language_of_the_reader(order, customer, monkeypatch):
    customer.language = "de"
    customer.save()
    services.refund_order(order=order, at=timezone.now())
    license = License.objects.get()
    assert license.block_reason == REFUNDED
    with translation.override("de"):
        assert license.block_reason == "Der Kauf wurde erstattet."
        event = license.events.get(verb=Event.Verb.LICENSE_BLOCKED)
        assert event.sentence == "Lizenz gesperrt: Der Kauf wurde erstattet."


def test_refund_frees_the_seats(order, customer, refused):
    facts = {"user": customer, "machine_id": "a" * 32, "platform": "windows", "product": order.plan.product}
    connect(name="PC", **facts, at=timezone.now())
    services.refund_order(order=order, at=timezone.now())
    assert not Seat.objects.held().exists()
    refused("blocked", connect, name="PC", **facts, at=timezone.now())


def test_refund_twice_is_one_refund(order):
    first = services.refund_order(order=order, at=timezone.now())
    again = services.refund_order(order=order, at=timezone.now())
    assert again.refunded_at == first.refunded_at
    assert Event.objects.filter(verb=Event.Verb.ORDER_REFUNDED).count() == 1


def test_refund_of_a_renewal_leaves_the_term_that_runs(order):
    renewal, _new = renew(order)
    before = Term.objects.get(order=order).ends_at
    services.refund_order(order=renewal, at=timezone.now())
    assert Term.objects.get().ends_at == before
    assert standing(License.objects.get()).state == State.ACTIVE


def test_refund_of_the_running_term_lets_the_next_begin(order):
    renewal, _new = renew(order)
    now = timezone.now()
    services.refund_order(order=order, at=now)
    second = Term.objects.get(order=renewal)
    assert second.starts_at == now
    assert timedelta(days=364) < second.ends_at - now < timedelta(days=368)
    assert standing(License.objects.get()).state == State.ACTIVE


def test_refund_of_a_renewal_lets_those_behind_it_move_up(order):
    second, _new = renew(order)
    third, _new = renew(order, "A-3")
    services.refund_order(order=second, at=timezone.now())
    assert Term.objects.get(order=third).starts_at == Term.objects.get(order=order).ends_at


def test_refund_of_what_is_over_changes_no_term(order):
    Term.objects.update(starts_at=days(-400), ends_at=days(-1))
    services.refund_order(order=order, at=timezone.now())
    assert standing(License.objects.get()).state == State.EXPIRED


def test_refund_of_what_waits_is_never_delivered(place):
    order, _new = place()
    renewal, _new = renew(order)
    services.refund_order(order=order, at=timezone.now())
    assert services.deliver_waiting_orders(user=UserFactory(email="anna@example.com"), at=timezone.now()) == []
    renewal.refresh_from_db()
    assert renewal.state == Order.State.CANCELLED


def test_refund_keeps_a_term_of_another_origin(order):
    license = order.term.license
    end = order.term.ends_at
    TermFactory(license=license, plan=order.plan, starts_at=end, ends_at=end + timedelta(days=10))
    services.refund_order(order=order, at=timezone.now())
    license = License.objects.get()
    assert standing(license).state != State.BLOCKED
    assert standing(license).term.ends_at <= end + timedelta(days=10)


# Cancelling


def test_cancelled_subscription_runs_to_its_end(place, customer, subscription):
    order, _new = place()
    before = Term.objects.get().ends_at
    order = services.cancel_order(order=order, at=timezone.now())
    license = License.objects.get()
    assert not license.renews_itself
    assert standing(license).ends_at == before
    assert order.cancelled_at
    assert order.state == Order.State.DELIVERED


def test_subscription_is_cancelled_by_any_of_its_orders(place, customer, subscription):
    order, _new = place()
    renewal, _new = renew(order)
    services.cancel_order(order=renewal, at=timezone.now())
    assert not License.objects.get().renews_itself


def test_renewal_takes_a_cancelled_subscription_up_again(place, customer, subscription):
    order, _new = place()
    services.cancel_order(order=order, at=timezone.now())
    renew(order)
    assert License.objects.get().renews_itself


def test_cancelling_twice_is_once(place, customer, subscription):
    order, _new = place()
    first = services.cancel_order(order=order, at=timezone.now())
    assert services.cancel_order(order=order, at=timezone.now()).cancelled_at == first.cancelled_at
    assert Event.objects.filter(verb=Event.Verb.ORDER_CANCELLED).count() == 1


def test_waiting_order_is_withdrawn(place):
    order, _new = place()
    assert services.cancel_order(order=order, at=timezone.now()).state == Order.State.CANCELLED
    assert services.deliver_waiting_orders(user=UserFactory(email="anna@example.com"), at=timezone.now()) == []
    assert not License.objects.exists()


def test_what_cannot_be_cancelled(order, codes_order, refused):
    refused("nothing_to_cancel", services.cancel_order, order=order, at=timezone.now())
    refused("nothing_to_cancel", services.cancel_order, order=codes_order, at=timezone.now())
    services.refund_order(order=order, at=timezone.now())
    refused("order_refunded", services.cancel_order, order=order, at=timezone.now())


# Codes


def test_codes_are_shown_for_a_day_and_can_be_used(codes_order, place, customer):
    codes = services.codes_of_order(order=codes_order, at=timezone.now())
    assert len(set(codes)) == 3
    again, is_new = place("C-1", email="", codes=3)
    assert not is_new
    assert services.codes_of_order(order=again, at=timezone.now()) == codes
    assert services.redeem_code(user=customer, text=codes[0], at=timezone.now()).owner == customer
    assert services.codes_of_order(order=codes_order, at=days(1)) == []


def test_license_order_has_no_codes(order):
    assert services.codes_of_order(order=order, at=timezone.now()) == []


@pytest.mark.parametrize("count", [-1, 10_001])
def test_odd_number_of_codes_is_refused(place, refused, count):
    refused("bad_count", place, email="", codes=count)


def test_codes_have_no_address(place, refused):
    refused("bad_count", place, codes=3)


def test_trial_may_be_ordered_as_codes(place):
    Plan.objects.update(kind=Plan.Kind.TRIAL)
    assert place(email="", codes=1)[1]


def test_refund_of_codes_revokes_the_unused_and_blocks_the_used(codes_order, customer, other_customer, refused):
    used, unused, _third = services.codes_of_order(order=codes_order, at=timezone.now())
    license = services.redeem_code(user=customer, text=used, at=timezone.now())
    services.refund_order(order=codes_order, at=timezone.now())
    license.refresh_from_db()
    assert license.blocked_reason == REFUNDED
    assert codes_order.batch.codes.filter(revoked_reason="refunded").count() == 2
    again = {"user": other_customer, "text": unused, "at": timezone.now()}
    assert REFUNDED in refused("revoked", services.redeem_code, **again).messages[0]
    assert services.codes_of_order(order=Order.objects.get(pk=codes_order.pk), at=timezone.now()) == []


def test_refund_leaves_other_licenses_of_the_customer(codes_order, customer):
    other = TermFactory(license__owner=customer).license
    services.redeem_code(
        user=customer, text=services.codes_of_order(order=codes_order, at=timezone.now())[0], at=timezone.now()
    )
    services.refund_order(order=codes_order, at=timezone.now())
    other.refresh_from_db()
    assert other.blocked_at is None


def test_devices_of_a_refunded_term_move_to_the_next_one(order, customer):
    """The next term may have other pools: what has no room there is shown without a seat, as ever."""
    smaller = PlanFactory(product=order.plan.product, seats=0)
    SeatPoolFactory(plan=smaller, quantity=1)
    for device in DeviceFactory.create_batch(2, owner=customer):
        services.take_seat(license=order.term.license, device=device, at=timezone.now())
    renew(order, plan=smaller.slug)
    services.refund_order(order=order, at=timezone.now())
    license = License.objects.get()
    assert [placed.has_seat for placed in standing(license).devices] == [True, False]


def test_refund_that_looked_at_the_clock_before_the_code_was_added(codes_order, customer, other_customer, refused):
    """Whoever waits for a lock has an old clock: the code stays used, and its license is blocked."""
    text = services.codes_of_order(order=codes_order, at=timezone.now())[0]
    before = timezone.now()
    services.redeem_code(user=customer, text=text, at=timezone.now())
    services.refund_order(order=codes_order, at=before)
    assert License.objects.get().blocked_at
    refused("taken", services.redeem_code, user=other_customer, text=text, at=timezone.now())
