"""One order, many requests at the same instant; an order and its person who registers; a refund and who connects."""

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.timezone import now

from devices.services import connect
from licenses import services
from licenses.models import License, Order, Seat, Term
from tests.factories import PlanFactory, StoreFactory, UserFactory
from tests.races import THREADS, race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def plan():
    return PlanFactory()


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def numbers():
    return iter(range(100_000))


def test_one_number_sixteen_times(plan, store, numbers):
    person = UserFactory()

    def place(number, _thread):
        return services.place_order(client_id=store.pk, number=number, plan=plan.slug, email=person.email, at=now())

    for this in race(place, prepare=lambda: f"A-{next(numbers)}"):
        assert this.errors == this.refusals == []
        assert sum(is_new for _order, is_new in this.results) == 1
        assert len({order.pk for order, _new in this.results}) == 1
    assert License.objects.count() == Term.objects.count() == Order.objects.count()


def test_one_number_of_sixteen_different_orders(plan, store, numbers):
    people = UserFactory.create_batch(THREADS)

    def place(number, thread):
        return services.place_order(
            client_id=store.pk, number=number, plan=plan.slug, email=people[thread].email, at=now()
        )

    for this in race(place, prepare=lambda: f"A-{next(numbers)}"):
        assert this.errors == []
        assert len(this.results) == 1
        assert this.refusals == ["order_differs"] * (THREADS - 1)


def test_one_number_of_codes(plan, store, numbers):
    def place(number, _thread):
        order, _new = services.place_order(client_id=store.pk, number=number, plan=plan.slug, codes=2, at=now())
        return tuple(services.codes_of_order(order=order, at=now()))

    for this in race(place, prepare=lambda: f"C-{next(numbers)}"):
        assert this.errors == this.refusals == []
        assert len(set(this.results)) == 1
        assert len(this.results[0]) == 2


def test_one_renewal_sixteen_times(plan, store, numbers):
    person = UserFactory()

    def prepare():
        number = f"A-{next(numbers)}"
        return services.place_order(client_id=store.pk, number=number, plan=plan.slug, email=person.email, at=now())[0]

    def renew(order, _thread):
        return services.renew_order(order=order, number=f"{order.number}-2", at=now())

    for this in race(renew, prepare=prepare):
        assert this.errors == this.refusals == []
        assert sum(is_new for _order, is_new in this.results) == 1
        assert Term.objects.filter(license__terms__order=this.prepared).count() == 2


def test_order_against_the_verification_of_its_address(plan, store, numbers):
    """Whoever is first, the license is there in the end, once."""

    def prepare():
        return UserFactory(verified=False), f"A-{next(numbers)}"

    def act(prepared, thread):
        user, number = prepared
        if thread % 2:
            return services.place_order(client_id=store.pk, number=number, plan=plan.slug, email=user.email, at=now())
        with transaction.atomic():
            EmailAddress.objects.filter(user=user).update(verified=True)
            return services.deliver_waiting_orders(user=user, at=now())

    for this in race(act, prepare=prepare):
        assert this.errors == this.refusals == []
        assert License.objects.filter(owner=this.prepared[0]).count() == 1


def test_refund_against_connecting(plan, store, numbers):
    """A refunded license holds no seat, whoever came first."""

    def prepare():
        person, number = UserFactory(), f"A-{next(numbers)}"
        return services.place_order(client_id=store.pk, number=number, plan=plan.slug, email=person.email, at=now())[0]

    def act(order, thread):
        if thread % 4 == 0:
            return services.refund_order(order=order, at=now())
        facts = {"machine_id": f"{thread:032x}", "platform": "windows", "name": "PC"}
        return connect(user=order.user, product=plan.product, **facts, at=now())

    for this in race(act, prepare=prepare):
        assert this.errors == []
        assert set(this.refusals) <= {"blocked", "seat_limit", "expired"}
        assert not Seat.objects.held().filter(license__terms__order=this.prepared).exists()


def test_refund_of_codes_against_adding_one(plan, store, numbers):
    people = UserFactory.create_batch(THREADS)

    def prepare():
        order = services.place_order(
            client_id=store.pk, number=f"C-{next(numbers)}", plan=plan.slug, codes=1, at=now()
        )[0]
        return order, services.codes_of_order(order=order, at=now())[0]

    def act(prepared, thread):
        order, text = prepared
        if thread % 4 == 0:
            return services.refund_order(order=order, at=now())
        return services.redeem_code(user=people[thread], text=text, at=now())

    for this in race(act, prepare=prepare):
        assert this.errors == []
        assert set(this.refusals) <= {"taken", "revoked"}
        licenses = License.objects.filter(terms__code__batch__order=this.prepared[0])
        assert all(license.blocked_at for license in licenses)


def test_withdrawal_against_the_verification(plan, store, numbers):
    """Either the license is there and the order can no longer be withdrawn, or it never comes."""

    def prepare():
        user = UserFactory(verified=False)
        number = f"A-{next(numbers)}"
        order, _new = services.place_order(
            client_id=store.pk, number=number, plan=plan.slug, email=user.email, at=now()
        )
        EmailAddress.objects.filter(user=user).update(verified=True)
        return user, order

    def act(prepared, thread):
        user, order = prepared
        return (
            services.cancel_order(order=order, at=now())
            if thread % 2
            else services.deliver_waiting_orders(user=user, at=now())
        )

    for this in race(act, prepare=prepare):
        assert this.errors == []
        order = Order.objects.get(pk=this.prepared[1].pk)
        assert License.objects.filter(owner=this.prepared[0]).count() == (order.cancelled_at is None)
