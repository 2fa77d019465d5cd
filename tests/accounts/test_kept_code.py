"""A code typed once is lost by nothing on the way to an account, is never in two, and is nobody else's."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now

from licenses import services
from licenses.models import WaitingCode
from portal.accounts.models import User
from tests.factories import PASSWORD, UserFactory, fresh_code

pytestmark = pytest.mark.django_db
START = reverse("licenses:add")


@pytest.fixture
def code():
    return fresh_code()


@pytest.fixture
def visitor(code):
    """The browser of a visitor who typed a code at the start page."""
    visitor = Client()
    visitor.post(START, {"code": code})
    return visitor


def waits_for(browser, code) -> bool:
    """Whether the page of licenses in this browser offers the code."""
    page = browser.get(reverse("licenses:index"))
    return page.status_code == 200 and f"Your code ending in {code[-5:]} is waiting" in page.content.decode()


def holders() -> list[str]:
    return list(WaitingCode.objects.values_list("user__email", flat=True))


def test_it_survives_a_mistyped_address_that_is_changed(visitor, code, register, newest_link):
    register("tpyo@example.com", browser=visitor)
    assert holders() == ["tpyo@example.com"]
    register("new@example.com", browser=visitor)
    assert holders() == ["new@example.com"]
    visitor.post(newest_link())
    assert waits_for(visitor, code)
    assert holders() == ["new@example.com"]


def test_it_survives_two_registrations_of_one_address(visitor, code, register, newest_link):
    register(browser=visitor)
    User.objects.update(date_joined=timezone.now() - timedelta(hours=1))
    cache.clear()
    register(browser=visitor, password="Second-Pass-27")
    visitor.post(newest_link())
    assert waits_for(visitor, code)


def test_it_survives_that_the_address_has_an_account(visitor, code, register, sign_in, customer):
    register(customer.email, browser=visitor)
    assert holders() == []
    sign_in(customer.email, browser=visitor)
    assert waits_for(visitor, code)


def test_it_survives_sign_in_instead_of_registration(visitor, code, register, sign_in, customer):
    register("tpyo@example.com", browser=visitor)
    sign_in(customer.email, browser=visitor)
    assert waits_for(visitor, code)
    assert holders() == [customer.email]


def test_it_survives_the_end_of_the_session(visitor, code, register, newest_link, sign_in):
    register(browser=visitor)
    Client().post(newest_link(), {"password": PASSWORD})
    later = Client()
    sign_in("new@example.com", browser=later)
    assert waits_for(later, code)


def test_it_survives_a_change_of_the_language(visitor, code, register, newest_link):
    visitor.post(reverse("accounts:language"), {"language": "de", "next": reverse("account_signup")})
    register(browser=visitor)
    visitor.post(newest_link())
    visitor.post(reverse("accounts:language"), {"language": "en"})
    assert waits_for(visitor, code)


def test_it_survives_a_new_password_in_between(visitor, code, sign_in, customer, newest_link):
    visitor.post(reverse("account_reset_password"), {"email": customer.email})
    form = visitor.get(newest_link())["Location"]
    visitor.post(form, {"password1": "Better-Pass-28"})
    sign_in(customer.email, "Better-Pass-28", browser=visitor)
    assert waits_for(visitor, code)


def test_it_waits_in_another_browser_too_after_a_sign_in_before_verifying(visitor, code, sign_in, newest_link):
    UserFactory(email="new@example.com", verified=False)
    sign_in("new@example.com", browser=visitor)
    Client().post(newest_link(), {"password": PASSWORD})
    elsewhere = Client()
    sign_in("new@example.com", browser=elsewhere)
    assert waits_for(elsewhere, code)


def test_code_that_is_used_elsewhere_comes_back_nowhere(visitor, code, register, newest_link, sign_in, customer):
    register(browser=visitor)
    user = User.objects.get(email="new@example.com")
    services.add_waiting_code(user=user, at=now())
    sign_in(customer.email, browser=visitor)
    assert holders() == []
    assert not waits_for(visitor, code)


def test_code_that_is_taken_out_elsewhere_does_not_come_back(visitor, code, register, newest_link, sign_in):
    register(browser=visitor)
    services.drop_waiting_code(user=User.objects.get(email="new@example.com"))
    visitor.post(newest_link())
    assert visitor.get(reverse("licenses:index")).status_code == 200
    assert holders() == []


def test_it_survives_that_the_account_was_deleted_unverified(visitor, code, register, sign_in, customer):
    register("tpyo@example.com", browser=visitor)
    User.objects.get(email="tpyo@example.com").delete()
    sign_in(customer.email, browser=visitor)
    assert waits_for(visitor, code)


def test_code_that_waits_already_is_not_replaced(visitor, code, sign_in, customer):
    earlier = services.keep_code(user=customer, text=fresh_code(), at=now())
    sign_in(customer.email, browser=visitor)
    assert waits_for(visitor, code)
    services.drop_waiting_code(user=customer)
    assert services.waiting_code(user=customer) == earlier


def test_code_typed_twice_waits_once(visitor, code, register):
    register("tpyo@example.com", browser=visitor)
    visitor.post(START, {"code": code})
    register("new@example.com", browser=visitor)
    assert holders() == ["new@example.com"]


def test_page_after_registering_is_the_same_for_a_known_address(visitor, code, register, customer):
    other = Client()
    other.post(START, {"code": code})
    register("new@example.com", browser=visitor)
    register(customer.email, browser=other)
    pages = [browser.get(reverse("account_login")).content.decode() for browser in (visitor, other)]
    assert ["Your activation code is kept" in page for page in pages] == [True, True]
    assert mail.outbox[0].to != mail.outbox[1].to
    assert PASSWORD not in pages[0]
