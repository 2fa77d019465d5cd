"""The sign-in had ended before a button was pressed: what is kept, for whom, and how it goes on."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from licenses import services
from licenses.models import License, WaitingCode
from portal.accounts import interrupted
from portal.ui.words import moment
from tests.factories import PASSWORD, LicenseFactory, SeatFactory, fresh_code

pytestmark = pytest.mark.django_db
ADD = reverse("licenses:add")
LICENSES = reverse("licenses:index")


@pytest.fixture
def code():
    return fresh_code()


@pytest.fixture
def browser_of(sign_in):
    """Return a function that gives a browser in which somebody signed in, until that ended by itself."""

    def browser_of(user) -> Client:
        client = Client()
        sign_in(user.email, browser=client)
        Session.objects.all().delete()
        return client

    return browser_of


def press_add(client, code):
    return client.post(ADD, {"code": code, "signed_in": "1"})


def sign_in_on(page: str, user, client, password=PASSWORD):
    """Fill in the sign-in page to which somebody was led, and go where it leads."""
    data = {"login": user.email, "password": password, "next": page.partition("next=")[2]}
    return client.post(reverse("account_login"), data, follow=True)


def test_page_names_what_was_kept_and_for_whom(browser_of, customer, code):
    client = browser_of(customer)
    page = client.get(press_add(client, code)["Location"]).content.decode()
    for words in ("Sign in to go on", "Adding your activation code", code[-5:], "It was not used yet", customer.email):
        assert words in page
    assert code not in page


def test_moment_is_told_in_the_zone_of_its_account(browser_of, customer, code):
    customer.time_zone = "Asia/Tokyo"
    customer.save()
    client = browser_of(customer)
    page = client.get(press_add(client, code)["Location"])
    until = moment(page.context["kept"].ends_at, ZoneInfo("Asia/Tokyo"))
    assert f"Kept for you until {until}. " in page.content.decode()


def test_it_is_not_kept_in_clear(browser_of, customer, code):
    client = browser_of(customer)
    press_add(client, code)
    assert code not in str(dict(client.session))


def test_same_account_goes_on_with_the_code(browser_of, customer, code):
    client = browser_of(customer)
    page = sign_in_on(press_add(client, code)["Location"], customer, client)
    assert f"Your code ending in {code[-5:]} is waiting" in page.content.decode()
    assert not License.objects.exists()


def test_code_with_a_slip_stands_in_the_field_again(browser_of, customer, code):
    client = browser_of(customer)
    where = press_add(client, code[:-3])["Location"]
    assert "Adding your activation code" in client.get(where).content.decode()
    assert f'value="{code[:-3]}"' in sign_in_on(where, customer, client).content.decode()
    assert f'value="{code[:-3]}"' not in client.get(LICENSES).content.decode()


def test_wrong_password_keeps_what_was_kept(browser_of, customer, code):
    client = browser_of(customer)
    where = press_add(client, code)["Location"]
    again = sign_in_on(where, customer, client, password="Wrong-Pass-27")
    assert "Adding your activation code" in again.content.decode()
    sign_in_on(where, customer, client)
    assert WaitingCode.objects.get().user == customer


@pytest.mark.parametrize("slips", [0, 3])
def test_another_account_drops_it_and_says_so(browser_of, customer, other_customer, code, slips):
    client = browser_of(customer)
    page = sign_in_on(press_add(client, code[slips:])["Location"], other_customer, client)
    assert page.request["PATH_INFO"] == LICENSES
    assert "What we kept for another account was dropped" in page.content.decode()
    assert code[slips:] not in page.content.decode()
    assert not WaitingCode.objects.exists()


def test_new_account_drops_it_too(browser_of, customer, code, register, newest_link):
    client = browser_of(customer)
    press_add(client, code)
    register(browser=client)
    client.post(newest_link())
    assert not WaitingCode.objects.exists()


def test_it_is_kept_for_a_day(browser_of, customer, code, monkeypatch):
    monkeypatch.setattr(interrupted, "KEPT_FOR", timedelta(0))
    client = browser_of(customer)
    where = press_add(client, code)["Location"]
    assert "Sign in to your account" in client.get(where).content.decode()
    sign_in_on(where, customer, client)
    assert not WaitingCode.objects.exists()


def test_adding_the_code_that_waits_goes_on_at_its_button(browser_of, customer, code):
    services.keep_code(user=customer, text=code, at=now())
    client = browser_of(customer)
    where = client.post(reverse("licenses:add_waiting"))["Location"]
    assert "Adding your activation code" in client.get(where).content.decode()
    page = sign_in_on(where, customer, client)
    assert page.status_code == 200
    assert "Add this code" in page.content.decode()
    assert not License.objects.exists()


def test_disconnecting_goes_on_at_the_question(browser_of, customer, other_customer):
    seat = SeatFactory(license=LicenseFactory(owner=customer))
    press = reverse("devices:disconnect", args=[seat.device.pk])
    client = browser_of(customer)
    where = client.post(press)["Location"]
    assert "Disconnecting a device" in client.get(where).content.decode()
    assert sign_in_on(where, customer, client).request["PATH_INFO"] == press
    assert seat.license.seats.held().exists()


def test_button_that_is_pressed_next_does_not_lose_the_code(browser_of, customer, code):
    seat = SeatFactory(license=LicenseFactory(owner=customer))
    client = browser_of(customer)
    press_add(client, code)
    sign_in_on(client.post(reverse("devices:rename", args=[seat.device.pk]))["Location"], customer, client)
    assert WaitingCode.objects.get().hint == code[-5:]


def test_another_account_is_not_led_to_a_strangers_device(browser_of, customer, other_customer):
    seat = SeatFactory(license=LicenseFactory(owner=customer))
    client = browser_of(customer)
    where = client.post(reverse("devices:disconnect", args=[seat.device.pk]))["Location"]
    assert sign_in_on(where, other_customer, client).request["PATH_INFO"] == LICENSES


def test_code_of_a_device_is_no_activation_code(browser_of, customer):
    client = browser_of(customer)
    where = client.post(reverse("idp:oidc:device_authorization"), {"code": "BCDF-GHJK"})["Location"]
    sign_in_on(where, customer, client)
    assert "BCDF" not in client.get(LICENSES).content.decode()


def test_nothing_is_kept_for_a_visitor(client):
    where = client.post(reverse("licenses:add_waiting"))["Location"]
    assert "Sign in to your account" in client.get(where).content.decode()
    assert not Session.objects.exists()


def test_who_signs_out_leaves_no_name_behind(customer, sign_in, code):
    client = Client()
    sign_in(customer.email, browser=client)
    assert customer.email not in str(client.cookies)
    client.post(reverse("account_logout"))
    assert client.cookies[interrupted.COOKIE].value == ""
    assert press_add(client, code)["Location"] == reverse("account_signup")


def test_made_up_name_keeps_nothing(client, customer):
    client.cookies[interrupted.COOKIE] = str(customer.pk)
    client.post(reverse("licenses:add_waiting"))
    assert interrupted.SESSION_KEY not in client.session


@pytest.mark.parametrize("page", ["licenses:index", "licenses:add"])
def test_change_of_the_language_keeps_what_stands_in_the_field(client_of, customer, code, page):
    client = client_of(customer) if page == "licenses:index" else Client()
    refused = client.post(ADD, {"code": code[:-3]})
    change = f"{reverse('accounts:language')}?next={refused.request['PATH_INFO']}"
    assert f'formaction="{change}"' in refused.content.decode().replace("%2F", "/")
    german = client.post(change, {"language": "de", "code": code[:-3]}, follow=True).content.decode()
    assert 'lang="de"' in german
    assert f'value="{code[:-3]}"' in german
