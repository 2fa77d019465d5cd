"""One code of an order is refunded: its license ends, and nobody else's."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from devices.services import connect
from licenses import services
from licenses.models import ActivationCode, Event, License, Seat
from licenses.standing import State
from portal.foundation.webhooks.models import Delivery
from portal.foundation.webhooks.services import add_endpoint
from tests.factories import StaffFactory, TermFactory, days, fresh_code, standing
from tests.foundation.api.conftest import problem
from tests.licenses.test_order_api import shop_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def used(codes_order, customer, other_customer):
    """Two codes of one order, Anna's and Ben's; the third is unused."""
    mine, theirs, _unused = services.codes_of_order(order=codes_order, at=now())
    services.redeem_code(user=customer, text=mine, at=now())
    services.redeem_code(user=other_customer, text=theirs, at=now())
    return ActivationCode.objects.get(term__license__owner=customer)


@pytest.fixture
def shop(store, plan):
    return shop_of(store)


def refund(shop, name, number="C-1"):
    return shop.call("PATCH", f"/orders/{number}", {"action": "refund", "code": name})


def test_other_customers_of_the_order_are_not_touched(used, customer, other_customer):
    services.refund_code(code=used, at=now())
    assert standing(License.objects.get(owner=customer)).state == State.BLOCKED
    assert standing(License.objects.get(owner=other_customer)).state == State.ACTIVE
    assert list(ActivationCode.objects.exclude(revoked_at=None)) == [used]
    assert used.batch.order.refunded_at is None


def test_seats_are_free_and_the_store_hears_of_it(used, customer, store):
    add_endpoint(client_id=store.pk, url="http://localhost:9/hooks")
    product = used.batch.plan.product
    connect(name="PC", user=customer, machine_id="a" * 32, platform="windows", product=product, at=now())
    services.refund_code(code=used, at=now())
    assert not Seat.objects.held().exists()
    assert list(Delivery.objects.values_list("topic", flat=True)) == ["license.ended"]


def test_refunding_twice_is_once(used, customer, staff):
    first = services.refund_code(code=used, actor=staff, at=now())
    assert services.refund_code(code=used, at=now()).revoked_at == first.revoked_at
    event = Event.objects.get(verb=Event.Verb.CODE_REFUNDED)
    assert (event.actor, event.license.owner, event.code) == (staff, customer, used)
    assert event.sentence == f"Purchase of the code ending in {used.hint} refunded"


def test_another_purchase_goes_on(used, customer):
    term = used.term
    TermFactory(license=term.license, plan=term.plan, starts_at=term.ends_at, ends_at=days(900))
    services.refund_code(code=used, at=now())
    assert standing(License.objects.get(owner=customer)).state == State.ACTIVE


def test_unused_code_is_revoked(customer, refused):
    text = fresh_code()
    services.refund_code(code=services.redeem.find_code(text), at=now())
    refused("revoked", services.redeem_code, user=customer, text=text, at=now())


def test_whole_order_is_refunded_after_one_of_its_codes(used, codes_order, customer):
    services.refund_code(code=used, at=now())
    services.refund_order(order=codes_order, at=now())
    assert all(license.blocked_at for license in License.objects.all())
    refunds = Event.objects.filter(license__owner=customer, verb__in=["order_refunded", "code_refunded"])
    assert [event.verb for event in refunds] == ["code_refunded"]


# By the store


@pytest.mark.parametrize("name", ["text", "case", "small case", "end"])
def test_store_names_a_code(shop, used, codes_order, customer, name):
    text = next(text for text in services.codes_of_order(order=codes_order, at=now()) if text.endswith(used.hint))
    names = {"text": f" {text.lower()} ", "case": used.case_number, "small case": f"c{used.pk}", "end": used.hint}
    told = refund(shop, names[name]).json()
    assert (told["state"], told["refunded_at"]) == ("delivered", None)
    assert (told["codes"]["issued"], told["codes"]["used"], told["codes"]["revoked"]) == (3, 2, 1)
    assert License.objects.get(owner=customer).blocked_at


@pytest.mark.parametrize("name", ["C-999999999999999999", "C-0", "C-1x", "ABCDE", "another"])
def test_code_of_another_order_is_refused(shop, used, name):
    other = services.redeem.find_code(fresh_code())
    problem(refund(shop, other.case_number if name == "another" else name), 422, "unknown_code")
    assert not ActivationCode.objects.exclude(revoked_at=None).exists()


def test_order_of_a_license_has_no_code(shop, order):
    problem(refund(shop, "C-000001", order.number), 422, "unknown_code")
    assert License.objects.get().blocked_at is None


def test_end_that_two_codes_have_names_none(shop, used, codes_order):
    codes_order.batch.codes.update(hint=used.hint)
    problem(refund(shop, used.hint), 422, "unknown_code")


def test_order_of_another_store_does_not_exist(used, client_of):
    from_elsewhere = shop_of(type(used.batch.order.client).objects.create(id="else", name="Else"))
    problem(refund(from_elsewhere, used.case_number), 404, "not_found")


# By staff


def press(browser, codes, **more):
    data = {"action": "refund", "_selected_action": [code.pk for code in codes], **more}
    return browser.post(reverse("admin:licenses_activationcode_changelist"), data, follow=True)


def test_staff_see_first_whose_license_ends(client_of, staff, used, customer, other_customer):
    browser = client_of(staff)
    page = press(browser, [used]).content.decode()
    assert customer.email in page
    assert other_customer.email not in page
    assert not ActivationCode.objects.exclude(revoked_at=None).exists()
    assert "Refunded." in press(browser, [used], confirmed="yes").content.decode()
    assert License.objects.get(owner=customer).blocked_at


def test_staff_without_the_right_refund_nothing(client_of, used):
    press(client_of(StaffFactory(is_superuser=False)), [used], confirmed="yes")
    assert not ActivationCode.objects.exclude(revoked_at=None).exists()
