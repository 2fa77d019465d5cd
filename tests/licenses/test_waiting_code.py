"""A code typed before there is an account: typed once, never lost, seen by nobody else."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from licenses import services
from licenses.models import License, WaitingCode
from tests.factories import fresh_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def code():
    return fresh_code()


def test_visitor_goes_on_to_register(client, code):
    answer = client.post(reverse("licenses:add"), {"code": code})
    assert answer["Location"] == reverse("account_signup")


def test_code_is_nowhere_in_clear(client, customer, code):
    client.post(reverse("licenses:add"), {"code": code})
    stored = [str(session.get_decoded()) for session in Session.objects.all()]
    services.move_waiting_code(session=client.session, user=customer)
    stored += list(WaitingCode.objects.values_list("sealed", flat=True))
    assert all(text not in place for text in (code, code.replace("-", "")) for place in stored)


@pytest.mark.parametrize(("text", "words"), [("ABC", "a full code has 25"), ("4F2A-9C31-7D08", "support")])
def test_visitor_is_told_what_can_be_seen_without_looking_it_up(client, text, words):
    page = client.post(reverse("licenses:add"), {"code": text})
    assert words in page.content.decode()
    assert text in page.content.decode()


def test_waiting_code_is_offered_and_added_with_one_click(client_of, customer, code):
    services.keep_code(user=customer, text=code)
    browser = client_of(customer)
    assert "is waiting" in browser.get(reverse("licenses:index")).content.decode()
    page = browser.post(reverse("licenses:add_waiting"), follow=True)
    assert "License added" in page.content.decode()
    assert License.objects.get().owner == customer
    assert not WaitingCode.objects.exists()


def test_refused_waiting_code_goes_back_into_the_field(client_of, customer, other_customer, code):
    services.redeem_code(user=other_customer, text=code)
    services.keep_code(user=customer, text=code)
    page = client_of(customer).post(reverse("licenses:add_waiting"))
    assert f'value="{code}"' in page.content.decode()
    assert WaitingCode.objects.exists()


def test_waiting_code_can_be_forgotten(client_of, customer, code):
    services.keep_code(user=customer, text=code)
    client_of(customer).post(reverse("licenses:drop_waiting"))
    assert not WaitingCode.objects.exists()


def test_adding_when_nothing_waits_changes_nothing(client_of, customer):
    assert client_of(customer).post(reverse("licenses:add_waiting")).status_code == 302
    assert not License.objects.exists()
