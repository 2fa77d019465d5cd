"""A wrong address of an order is corrected while it waits, and its mail sent again."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.timezone import now

from licenses import services
from licenses.models import Event, License, Order
from tests.factories import PlanFactory, StaffFactory, UserFactory
from tests.foundation.api.conftest import problem
from tests.licenses.test_order_api import shop_of

pytestmark = pytest.mark.django_db
WRONG, RIGHT = "anna@exmaple.com", "anna@example.com"


@pytest.fixture
def waiting(place):
    """An order for an address that nobody has."""
    return place("W-1", email=WRONG)[0]


@pytest.fixture
def shop(store, plan):
    return shop_of(store)


def correct(order, email=RIGHT, **more):
    return services.readdress_order(order=order, email=email, **{"reason": "A typing mistake.", **more}, at=now())


def recipients():
    return [letter.to[0] for letter in mail.outbox]


def test_right_address_without_account_gets_the_mail(waiting):
    correct(waiting, " Anna@Example.com ")
    assert recipients() == [WRONG, RIGHT]
    assert Order.objects.get().email == RIGHT
    assert services.deliver_waiting_orders(user=UserFactory(email=WRONG), at=now()) == []
    assert len(services.deliver_waiting_orders(user=UserFactory(email=RIGHT), at=now())) == 1


def test_right_address_with_an_account_gets_the_license_and_its_renewals(waiting, customer):
    services.renew_order(order=waiting, number="A-2", at=now())
    correct(waiting)
    assert License.objects.get().owner == customer
    assert License.objects.get().terms.count() == 2
    assert {order.state for order in Order.objects.all()} == {Order.State.DELIVERED}


def test_renewal_leads_to_the_order_that_it_renews(waiting):
    renewal, _new = services.renew_order(order=waiting, number="A-2", at=now())
    correct(renewal)
    assert set(Order.objects.values_list("email", flat=True)) == {RIGHT}


def test_it_is_recorded_who_corrected_and_why(waiting, staff):
    correct(waiting, actor=staff)
    event = Event.objects.get(verb=Event.Verb.ORDER_READDRESSED)
    assert (event.actor, event.order) == (staff, waiting)
    assert event.sentence == "Address of order W-1 corrected: A typing mistake."


def test_same_address_again_changes_nothing(waiting):
    correct(waiting)
    correct(waiting)
    assert recipients() == [WRONG, RIGHT]
    assert Event.objects.filter(verb=Event.Verb.ORDER_READDRESSED).count() == 1


def test_what_does_not_wait_keeps_its_address(order, codes_order, waiting, refused):
    services.cancel_order(order=waiting, at=now())
    for done in (order, codes_order, waiting):
        refused("not_waiting", correct, done, "new@example.com")
    assert not Order.objects.filter(email="new@example.com").exists()


def test_odd_address_is_refused(waiting, refused):
    refused("bad_email", correct, waiting, "anna")
    assert Order.objects.get().email == WRONG


def test_account_of_another_region_is_refused_and_nothing_changes(place, refused):
    UserFactory(email=RIGHT, region="americas")
    order, _new = place(email=WRONG, plan=PlanFactory(region="europe").slug)
    refused("region", correct, order)
    assert (Order.objects.get().email, recipients()) == (WRONG, [WRONG])


# The mail again


def test_mail_is_sent_again_to_whoever_waits(waiting, staff):
    services.mail_order_again(order=waiting, actor=staff, at=now())
    assert recipients() == [WRONG, WRONG]
    assert Event.objects.get(verb=Event.Verb.ORDER_MAILED).order == waiting


def test_mail_about_a_delivered_order_is_sent_again(order, customer):
    services.mail_order_again(order=order, at=now())
    assert recipients() == [customer.email] * 2
    assert Event.objects.filter(license=License.objects.get(), verb=Event.Verb.ORDER_MAILED).exists()


def test_what_brought_no_license_has_no_mail(order, codes_order, waiting, refused):
    services.refund_order(order=order, at=now())
    services.cancel_order(order=waiting, at=now())
    for done in (order, codes_order, waiting):
        refused("nothing_to_mail", services.mail_order_again, order=done, at=now())


# By the store


def test_store_corrects_and_mails(shop, waiting, customer):
    assert shop.call("PATCH", "/orders/W-1", {"action": "mail"}).json()["state"] == "waiting"
    told = shop.call("PATCH", "/orders/W-1", {"action": "readdress", "email": RIGHT}).json()
    assert (told["email"], told["state"]) == (RIGHT, "delivered")
    assert "Corner shop" in Event.objects.get(verb=Event.Verb.ORDER_READDRESSED).sentence
    problem(shop.call("PATCH", "/orders/W-1", {"action": "readdress", "email": WRONG}), 409, "not_waiting")
    problem(shop.call("PATCH", "/orders/W-1", {"action": "readdress", "email": "anna"}), 422, "bad_email")
    shop.call("PATCH", "/orders/W-1", {"action": "refund"})
    problem(shop.call("PATCH", "/orders/W-1", {"action": "mail"}), 409, "nothing_to_mail")


# By staff


def press(browser, action, orders, **more):
    data = {"action": action, "_selected_action": [order.pk for order in orders], **more}
    return browser.post(reverse("admin:licenses_order_changelist"), data, follow=True).content.decode()


def test_staff_are_asked_for_the_address_and_why(client_of, staff, waiting):
    browser = client_of(staff)
    assert "This order waits for anna@exmaple.com" in press(browser, "readdress", [waiting])
    assert "This field is required" in press(browser, "readdress", [waiting], email=RIGHT, reason="")
    assert Order.objects.get().email == WRONG
    assert "Corrected." in press(browser, "readdress", [waiting], email=RIGHT, reason="A typing mistake.")
    page = browser.get(reverse("admin:licenses_order_change", args=[waiting.pk])).content.decode()
    assert "Address of order W-1 corrected: A typing mistake." in page


def test_staff_correct_one_order_that_waits(client_of, staff, waiting, order_of_ben):
    browser = client_of(staff)
    for chosen in ([order_of_ben], [order_of_ben, waiting]):
        assert "Choose one order that waits" in press(browser, "readdress", chosen, email=RIGHT, reason="x")
    assert Order.objects.get(pk=waiting.pk).email == WRONG


def test_staff_read_why_an_address_is_refused(client_of, staff, place):
    UserFactory(email=RIGHT, region="americas")
    order, _new = place(email=WRONG, plan=PlanFactory(region="europe").slug)
    assert "This plan is meant for" in press(client_of(staff), "readdress", [order], email=RIGHT, reason="x")


def test_staff_send_the_mail_again(client_of, staff, waiting, codes_order):
    page = press(client_of(staff), "mail_again", [waiting, codes_order])
    assert "The mail about order W-1 is on its way." in page
    assert "C-1: There is no mail about this order" in page
    assert recipients() == [WRONG, WRONG]


def test_staff_without_the_right_change_nothing(client_of, waiting):
    browser = client_of(StaffFactory(is_superuser=False))
    press(browser, "readdress", [waiting], email=RIGHT, reason="x")
    press(browser, "mail_again", [waiting])
    assert (Order.objects.get().email, recipients()) == (WRONG, [WRONG])


@pytest.fixture
def order_of_ben(place, other_customer):
    """An order that was delivered."""
    return place("B-1", email=other_customer.email)[0]
