"""An order of a store reaches the account of its address, at once or once there is one; each exactly once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from licenses import services
from licenses.models import License, Order, Plan, Term
from licenses.standing import State
from portal.foundation.mail.models import Mail
from tests.factories import PASSWORD, LicenseFactory, PlanFactory, StoreFactory, UserFactory, days, standing

pytestmark = pytest.mark.django_db


# Delivery


def test_customer_has_the_license_at_once(place, customer, plan):
    order, is_new = place()
    license = License.objects.get()
    assert is_new
    assert (license.owner, license.product, standing(license).plan) == (customer, plan.product, plan)
    assert standing(license).term.order == order
    assert (order.state, order.user) == (Order.State.DELIVERED, customer)
    assert [event.sentence for event in license.events.all()] == ["Bought as order A-1, license started"]


def test_customer_gets_a_mail(place, customer):
    place()
    (letter,) = mail.outbox
    assert letter.to == ["anna@example.com"]
    assert "is ready" in letter.subject
    assert reverse("licenses:detail", args=[License.objects.get().pk]) in letter.body


def test_address_is_the_same_in_any_case(place, customer):
    place(email=" Anna@Example.COM ")
    assert License.objects.get().owner == customer


def test_person_without_account_gets_one_mail_that_leads_to_registration(place):
    place()
    place()
    assert not License.objects.exists()
    (letter,) = mail.outbox
    assert letter.to == ["anna@example.com"]
    assert f"{reverse('account_signup')}?email=anna%40example.com" in letter.body
    assert Order.objects.get().is_waiting


def test_mail_is_in_the_language_of_the_order(place):
    place(language="de")
    assert "anna%40example.com" in mail.outbox[0].body
    assert Order.objects.get().language == "de"


def test_unverified_address_gets_nothing(place):
    UserFactory(email="anna@example.com", verified=False)
    place()
    assert not License.objects.exists()


def test_closed_account_gets_nothing(place):
    UserFactory(email="anna@example.com", is_active=False)
    place()
    assert not License.objects.exists()


def test_license_is_there_once_the_address_is_verified(place, client):
    place()
    client.post(reverse("account_signup"), {"email": "anna@example.com", "password1": PASSWORD})
    assert not License.objects.exists()
    client.post(re.search(r"http://testserver(/\S+)", mail.outbox[-1].body).group(1))
    license = License.objects.get()
    assert license.owner.email == "anna@example.com"
    assert license.product.name in client.get(reverse("licenses:index")).content.decode()
    assert Order.objects.get().delivered_at


def test_registration_form_has_the_address_of_the_mail(client):
    page = client.get(reverse("account_signup"), {"email": "anna@example.com"})
    assert 'value="anna@example.com"' in page.content.decode()


def test_somebody_elses_verification_delivers_nothing(place, other_customer):
    place()
    assert services.deliver_waiting_orders(user=other_customer, at=timezone.now()) == []


def test_waiting_orders_are_delivered_once(place, store):
    place("A-1")
    place("A-2")
    anna = UserFactory(email="anna@example.com")
    assert len(services.deliver_waiting_orders(user=anna, at=timezone.now())) == 2
    assert services.deliver_waiting_orders(user=anna, at=timezone.now()) == []
    assert License.objects.count() == 2


def test_term_runs_from_the_purchase_to_the_end_of_a_day_where_the_person_lives(place, customer):
    customer.time_zone = "America/New_York"
    customer.save()
    bought = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # still 9 March there
    place(bought_at=bought, at=bought + timedelta(days=5))
    term = Term.objects.get()
    assert term.starts_at == bought
    assert term.ends_at == datetime(2027, 3, 10, 5, 0, tzinfo=UTC)


def test_term_of_a_waiting_order_runs_from_the_purchase_too(place):
    order, _new = place(bought_at=days(-3))
    services.deliver_waiting_orders(user=UserFactory(email="anna@example.com"), at=timezone.now())
    assert Term.objects.get().starts_at == order.bought_at


def test_clock_of_the_store_may_be_a_little_fast(place, customer):
    now = timezone.now()
    place(bought_at=now + timedelta(minutes=4), at=now)
    assert standing(License.objects.get()).state == State.ACTIVE


def test_paid_order_is_not_stopped_by_the_limit_of_an_account(place, customer, settings):
    settings.CODE_LIMITS = {**settings.CODE_LIMITS, "licenses_per_account": 1}
    LicenseFactory(owner=customer)
    place()
    assert License.objects.count() == 2


def test_subscription_renews_itself(place, customer, plan):
    Plan.objects.update(kind=Plan.Kind.SUBSCRIPTION)
    place()
    assert License.objects.get().renews_itself


# Once


def test_same_order_again_is_the_same_order(place, customer):
    first, _new = place(bought_at=days(-1))
    again, is_new = place()
    assert (again, is_new) == (first, False)
    assert License.objects.count() == Term.objects.count() == Mail.objects.count() + len(mail.outbox) == 1


@pytest.mark.parametrize("other", [{"email": "ben@example.com"}, {"codes": 3, "email": ""}, {"bought_at": days(-2)}])
def test_number_of_another_order_is_refused(refused, place, customer, other):
    place(bought_at=days(-1))
    refused("order_differs", place, **other)
    assert License.objects.count() == 1


def test_number_of_an_order_of_another_plan_is_refused(refused, place, customer, plan):
    place()
    refused("order_differs", place, plan=PlanFactory(product=plan.product).slug)


def test_two_stores_may_use_one_number(place, customer):
    place()
    assert place(client_id=StoreFactory().pk)[1]
    assert License.objects.count() == 2


def test_database_holds_a_number_once(store, plan):
    facts = {"client": store, "number": "A-1", "plan": plan, "email": "a@example.com", "bought_at": timezone.now()}
    Order.objects.create(**facts)
    with pytest.raises(IntegrityError, match=r"order_number|UNIQUE"), transaction.atomic():
        Order.objects.create(**facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"email": ""},
        {"quantity": 2},
        {"kind": "codes"},
        {"kind": "codes", "email": "", "quantity": 0},
        {"kind": "codes", "email": "", "quantity": 10_001},
    ],
)
def test_database_refuses_an_odd_order(store, plan, facts):
    whole = {"client": store, "number": "A-1", "plan": plan, "email": "a@example.com", "bought_at": timezone.now()}
    with pytest.raises(IntegrityError, match="order_is_for_a_person_or_of_codes"), transaction.atomic():
        Order.objects.create(**{**whole, **facts})


# Refusals


@pytest.mark.parametrize("email", ["", "anna", "anna@", "a" * 250 + "@example.com", "anna@example.com, b@example.com"])
def test_bad_address_is_refused(refused, place, email):
    refused("bad_email", place, email=email)
    assert not Order.objects.exists()


def test_plan_that_is_not_sold_any_more_is_refused(refused, place, plan):
    services.withdraw_from_sale(row=plan, at=timezone.now())
    refused("plan_withdrawn", place)
    refused("plan_withdrawn", place, email="", codes=2)
    assert not Order.objects.exists()


def test_what_was_bought_before_the_plan_was_withdrawn_is_delivered(place, plan, customer):
    services.withdraw_from_sale(row=plan, at=timezone.now())
    bought_at = days(-1)
    assert place(bought_at=bought_at)[0].delivered_at
    assert place("C-1", email="", codes=2, bought_at=bought_at)[0].batch.codes.count() == 2


def test_withdrawn_plan_is_renewed(place, plan, customer):
    order = place()[0]
    services.withdraw_from_sale(row=plan, at=timezone.now())
    assert services.renew_order(order=order, number="A-2", at=timezone.now())[0].delivered_at


def test_unknown_plan_is_refused(refused, place):
    refused("unknown_plan", place, plan="nothing")


def test_trial_is_refused_as_a_license(refused, place, plan):
    Plan.objects.update(kind=Plan.Kind.TRIAL)
    refused("plan_is_trial", place)


@pytest.mark.parametrize("bought_at", [days(-31), days(1)])
def test_purchase_long_ago_or_to_come_is_refused(refused, place, bought_at):
    refused("bad_bought_at", place, bought_at=bought_at)


def test_plan_of_another_region_is_refused(refused, place, customer):
    Plan.objects.update(region="americas")
    refusal = refused("region", place)
    assert "North and South America" in refusal.messages[0]
    assert not Order.objects.exists()


def test_plan_of_another_region_is_refused_for_a_person_without_account(refused, place):
    Plan.objects.update(region="americas")
    refused("region", place)


def test_account_of_the_right_region_gets_it(place):
    Plan.objects.update(region="americas")
    UserFactory(email="anna@example.com", region="americas")
    assert place()[1]


def test_waiting_order_whose_region_does_not_fit_goes_on_waiting(place, client):
    Plan.objects.update(region="europe")
    place()
    anna = UserFactory(email="anna@example.com", region="americas")
    assert services.deliver_waiting_orders(user=anna, at=timezone.now()) == []
    anna.region = ""
    anna.save()
    client.post(reverse("account_login"), {"login": anna.email, "password": PASSWORD})
    assert License.objects.get().owner == anna
