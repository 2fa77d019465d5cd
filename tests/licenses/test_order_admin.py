"""Staff look at orders and change none: a store sells, and a store takes back."""

import pytest
from django.urls import reverse
from django.utils import timezone

from licenses.models import License, Order

pytestmark = pytest.mark.django_db
LIST = "admin:licenses_order_changelist"


def test_order_leads_to_its_license_and_back(client_of, staff, order):
    browser, license = client_of(staff), License.objects.get()
    page = browser.get(reverse("admin:licenses_order_change", args=[order.pk])).content.decode()
    there = reverse("admin:licenses_license_change", args=[license.pk])
    assert there in page
    assert reverse("admin:licenses_order_change", args=[order.pk]) in browser.get(there).content.decode()


def test_order_of_codes_leads_to_its_batch_and_back(client_of, staff, codes_order):
    browser, there = client_of(staff), reverse("admin:licenses_codebatch_change", args=[codes_order.batch.pk])
    assert there in browser.get(reverse("admin:licenses_order_change", args=[codes_order.pk])).content.decode()
    assert reverse("admin:licenses_order_change", args=[codes_order.pk]) in browser.get(there).content.decode()


@pytest.mark.parametrize("state", Order.State.values)
def test_orders_are_filtered_by_state(client_of, staff, place, state):
    now = timezone.now()
    dates = {"waiting": {}, "delivered": {"delivered_at": now}, "cancelled": {"cancelled_at": now}}
    dates["refunded"] = {"delivered_at": now, "refunded_at": now}
    for name, facts in dates.items():
        order, _new = place(f"N-{name}")
        Order.objects.filter(pk=order.pk).update(**facts)
    found = client_of(staff).get(reverse(LIST), {"state": state}).context["cl"].result_list
    assert [(order.number, order.state) for order in found] == [(f"N-{state}", state)]


@pytest.mark.parametrize("word", ["A-1", "anna@", "key"])
def test_orders_are_found(client_of, staff, order, word):
    text = License.objects.get().support_key if word == "key" else word
    found = client_of(staff).get(reverse(LIST), {"q": text}).context["cl"].result_list
    assert list(found) == [order]


def test_list_takes_the_same_queries_however_long(client_of, staff, place, customer, django_assert_max_num_queries):
    for number in range(10):
        place(f"A-{number}")
        place(f"C-{number}", email="", codes=1)
    browser = client_of(staff)
    with django_assert_max_num_queries(14):
        browser.get(reverse(LIST))


def test_nobody_changes_an_order_by_hand(client_of, staff, order):
    browser = client_of(staff)
    assert browser.get(reverse("admin:licenses_order_add")).status_code == 403
    address = reverse("admin:licenses_order_change", args=[order.pk])
    assert browser.post(address, {"number": "B-1"}).status_code == 403
    assert browser.post(reverse("admin:licenses_order_delete", args=[order.pk])).status_code == 403
