"""How the Licenses tab tells a refusal: calmly where nothing is wrong, and with the one link that helps."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from licenses.models import WaitingCode
from licenses.services import keep_code_in_session, move_waiting_code, redeem_code
from tests.factories import PlanFactory, fresh_code
from tests.licenses.test_cases import incomplete, region, revoked, term_over, unknown

pytestmark = pytest.mark.django_db
ADD = reverse("licenses:add")


@pytest.fixture
def anna(client_of, customer):
    return client_of(customer)


def test_code_that_the_account_has_opens_its_license(anna, customer):
    code = fresh_code()
    license = redeem_code(user=customer, text=code, at=now())
    answer = anna.post(ADD, {"code": code}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(license.get_absolute_url(), 302)]
    assert f"You have added this code already, for {license.product.name}." in page
    assert "notice--info" in page
    assert "Error:" not in page


def test_code_that_waited_and_was_added_waits_no_more(anna, customer):
    code = fresh_code()
    session = anna.session
    keep_code_in_session(session=session, text=code)
    move_waiting_code(session=session, user=customer, at=now())
    redeem_code(user=customer, text=code, at=now())
    page = anna.post(reverse("licenses:add_waiting"), follow=True).content.decode()
    assert "You have added this code already" in page
    assert not WaitingCode.objects.exists()


@pytest.mark.parametrize(
    ("prepare", "is_open"), [(incomplete, True), (unknown, True), (region, False), (revoked, False), (term_over, False)]
)
def test_help_is_open_only_where_it_helps(anna, customer, other_customer, prepare, is_open):
    page = anna.post(ADD, {"code": prepare(customer, other_customer)}).content.decode()
    assert ('<details class="more" open>' in page) is is_open


def test_code_whose_time_is_over_leads_to_the_shop(anna):
    plan = PlanFactory(product__renew_url="https://shop.example.com/renew")
    code = fresh_code(plan, fixed_end="2024-11-24T23:00:00Z")
    page = anna.post(ADD, {"code": code}).content.decode()
    assert 'href="https://shop.example.com/renew"' in page
