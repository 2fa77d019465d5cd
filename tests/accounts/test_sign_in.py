"""Signing in and out, and what a wrong password is answered."""

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from licenses import services
from tests.factories import PASSWORD, UserFactory, fresh_code

pytestmark = pytest.mark.django_db
WRONG = "Wrong-Pass-27"


def refusal(answer) -> str:
    return answer.context["form"].non_field_errors()[0]


def test_home_page_of_a_visitor_is_the_sign_in_page():
    page = Client().get(reverse("home")).content.decode()
    assert "Sign in to your account" in page
    assert reverse("account_signup") in page
    assert reverse("licenses:add") in page


def test_home_page_of_a_customer_is_their_licenses(client_of, customer):
    assert client_of(customer).get(reverse("home"))["Location"] == reverse("licenses:index")


def test_sign_in_leads_to_the_licenses(customer, sign_in):
    assert sign_in("Anna@Example.com")["Location"] == reverse("licenses:index")


def test_sign_in_leads_where_the_visitor_wanted_to_go(customer):
    target = reverse("accounts:index")
    data = {"login": customer.email, "password": PASSWORD, "next": target}
    assert Client().post(reverse("account_login"), data)["Location"] == target


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", r"/\evil.example/", "http://["])
def test_sign_in_never_leads_to_another_site(customer, target):
    data = {"login": customer.email, "password": PASSWORD, "next": target}
    assert Client().post(reverse("account_login"), data)["Location"] == reverse("licenses:index")


@pytest.mark.parametrize(
    ("email", "text"),
    [("", "Enter your email address."), ("anna@", "This address is incomplete. It should look like name@example.com.")],
)
def test_missing_and_incomplete_address_is_answered_by_us_not_by_the_browser(sign_in, email, text):
    assert " novalidate>" in Client().get(reverse("account_login")).content.decode()
    assert sign_in(email).context["form"].errors["login"] == [text]


def test_tab_leads_from_the_address_to_the_password_then_to_the_help():
    page = Client().get(reverse("account_login")).content.decode()
    places = [page.index(text) for text in ('name="login"', 'name="password"', "Forgot your password?")]
    assert places == sorted(places)


def test_wrong_password_says_how_many_tries_are_left(customer, sign_in):
    assert "You have 4 more tries, then a pause of 15 minutes." in refusal(sign_in(customer.email, WRONG))
    assert "You have 3 more tries" in refusal(sign_in(customer.email, WRONG))


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(customer, sign_in):
    for _number in range(5):
        answer = sign_in(customer.email, WRONG)
    assert "You can sign in again in 15 minutes" in refusal(answer)
    assert "You can sign in again in 15 minutes" in refusal(sign_in(customer.email))


def test_right_password_is_no_try(customer, sign_in):
    for _number in range(6):
        assert sign_in(customer.email).status_code == 302
    assert "You have 4 more tries" in refusal(sign_in(customer.email, WRONG))


def test_address_in_other_letters_is_the_same(customer, sign_in):
    sign_in(customer.email, WRONG)
    assert "You have 3 more tries" in refusal(sign_in(customer.email.upper(), WRONG))


def test_unknown_address_is_counted_like_a_known_one(customer, sign_in):
    known = [refusal(sign_in(customer.email, WRONG)) for _try in range(6)]
    cache.clear()  # the tries of a network address
    assert [refusal(sign_in("nobody@example.com", WRONG)) for _try in range(6)] == known


def test_choosing_a_new_password_ends_the_pause(customer, sign_in, newest_link):
    for _number in range(5):
        sign_in(customer.email, WRONG)
    browser = Client()
    browser.post(reverse("account_reset_password"), {"email": customer.email})
    form = browser.get(newest_link())["Location"]
    browser.post(form, {"password1": "Better-Pass-28"})
    assert sign_in(customer.email, "Better-Pass-28").status_code == 302


def test_new_password_signs_out_every_other_browser(client_of, customer, sign_in):
    here, elsewhere = Client(), client_of(customer)
    sign_in(customer.email, browser=here)
    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "Better-Pass-28"})
    assert here.get(reverse("accounts:index")).status_code == 200
    assert elsewhere.get(reverse("accounts:index")).status_code == 302
    assert mail.outbox[-1].subject == "Your password was changed"


def test_too_many_requests_get_a_page_that_says_when_it_goes_on(sign_in):
    for _number in range(30):
        sign_in("nobody@example.com", WRONG)
    answer = sign_in("nobody@example.com", WRONG)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"
    assert "You can go on in 1 minute." in answer.content.decode()


def test_code_typed_before_waits_on_the_account(customer, sign_in):
    browser = Client()
    browser.post(reverse("licenses:add"), {"code": fresh_code()})
    sign_in(customer.email, browser=browser)
    assert services.add_waiting_code(user=customer, at=now())


def test_closed_account_is_told_so(sign_in):
    user = UserFactory(is_active=False)
    assert sign_in(user.email)["Location"] == reverse("account_inactive")


def test_sign_out_asks_first(client_of, customer):
    browser = client_of(customer)
    assert browser.get(reverse("account_logout")).status_code == 200
    assert browser.get(reverse("accounts:index")).status_code == 200
    assert browser.post(reverse("account_logout"))["Location"] == reverse("account_login")
    assert browser.get(reverse("accounts:index")).status_code == 302


def test_admin_is_entered_by_the_portals_sign_in_only(staff, client_of, customer):
    assert Client().get("/admin/login/")["Location"].startswith(reverse("account_login"))
    assert client_of(staff).get("/admin/").status_code == 200
    assert client_of(customer).get("/admin/").status_code in (302, 403)


def test_reset_link_works_once(customer, newest_link):
    browser = Client()
    browser.post(reverse("account_reset_password"), {"email": customer.email})
    link = newest_link()
    browser.post(browser.get(link)["Location"], {"password1": "Better-Pass-28"})
    cache.clear()
    assert "This link doesn’t work any more" in Client().get(link).content.decode()
