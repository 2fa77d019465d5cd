"""Pages in the customer's language and time zone, and the page where they are changed."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
INDEX = reverse("accounts:index")


def test_customers_language_wins_over_the_browsers(client_of):
    browser = client_of(UserFactory(language="de"))
    page = browser.get(reverse("accounts:index"), headers={"accept-language": "en"})
    assert page["Content-Language"] == "de"
    assert '<html lang="de"' in page.content.decode()


def test_visitor_and_customer_without_a_language_keep_the_browsers(client_of, customer):
    for browser, name in ((Client(), "home"), (client_of(customer), "accounts:index")):
        assert browser.get(reverse(name), headers={"accept-language": "de"})["Content-Language"] == "de"


def test_pages_of_a_customer_are_kept_by_no_browser(client_of, customer):
    assert client_of(customer).get(reverse("accounts:index"))["Cache-Control"] == "private, no-store"
    assert "no-store" not in client_of(customer).get(reverse("brand_css"))["Cache-Control"]


def test_times_are_shown_where_the_customer_lives(client_of):
    page = client_of(UserFactory(time_zone="Pacific/Auckland")).get(reverse("accounts:index"))
    there = timezone.localtime(timezone=timezone.zoneinfo.ZoneInfo("Pacific/Auckland"))
    assert f"Pacific/Auckland. It is {there.day} " in page.content.decode()


def test_time_zone_is_told_once_after_registration(register, newest_link):
    browser = Client()
    register(browser=browser, time_zone="Pacific/Auckland")
    page = browser.post(newest_link(), follow=True).content.decode()
    there = timezone.localtime(timezone=timezone.zoneinfo.ZoneInfo("Pacific/Auckland"))
    assert f"Dates and times are those of Pacific/Auckland, where it is {there:%H:}" in page
    assert f'href="{reverse("accounts:time_zone")}"' in page
    assert "Dates and times are those" not in browser.get(reverse("licenses:index")).content.decode()


def test_new_address_is_shown_until_it_is_verified(client_of, customer):
    EmailAddress.objects.create(user=customer, email="anna@new.example")
    assert "<bdi>anna@new.example</bdi> replaces it" in client_of(customer).get(INDEX).content.decode()


def test_nothing_is_left_for_the_next_request(client_of):
    language = translation.get_language()
    client_of(UserFactory(language="de", time_zone="Asia/Tokyo")).get(reverse("accounts:index"))
    assert timezone.get_current_timezone_name() == "UTC"
    assert translation.get_language() == language


def test_visitor_switches_the_language():
    browser = Client()
    answer = browser.post(reverse("accounts:language"), {"language": "de", "next": "/account/signup/"})
    assert answer["Location"] == "/account/signup/"
    assert browser.get(reverse("home"))["Content-Language"] == "de"


def test_customer_switches_the_language_everywhere(client_of, customer, sign_in):
    client_of(customer).post(reverse("accounts:language"), {"language": "de"})
    elsewhere = Client()
    sign_in(customer.email, browser=elsewhere)
    elsewhere.post(reverse("account_logout"))
    assert elsewhere.get(reverse("home"))["Content-Language"] == "de"


@pytest.mark.parametrize("data", [{"language": "xx"}, {}])
def test_unknown_language_changes_nothing(client_of, customer, data):
    assert client_of(customer).post(reverse("accounts:language"), data).status_code == 302
    customer.refresh_from_db()
    assert customer.language == ""


def test_switching_the_language_never_leads_to_another_site():
    answer = Client().post(reverse("accounts:language"), {"language": "de", "next": "//evil.example/"})
    assert answer["Location"] == reverse("home")


def test_switching_the_language_takes_no_word_for_the_name_of_a_page():
    assert Client().post(reverse("accounts:language"), {"language": "de", "next": "word"}).status_code == 302


def test_name_and_time_zone_are_changed(client_of, customer):
    browser = client_of(customer)
    browser.post(reverse("accounts:name"), {"name": "Anna Lindqvist"})
    browser.post(reverse("accounts:time_zone"), {"time_zone": "Europe/Lisbon"})
    customer.refresh_from_db()
    assert (customer.name, customer.time_zone) == ("Anna Lindqvist", "Europe/Lisbon")


def test_unknown_time_zone_is_refused(client_of, customer):
    answer = client_of(customer).post(reverse("accounts:time_zone"), {"time_zone": "Mars/Olympus"})
    assert answer.context["form"].errors["time_zone"]
    customer.refresh_from_db()
    assert customer.time_zone == ""


def test_account_page_asks_little_of_the_database(client_of, customer, django_assert_max_num_queries):
    browser = client_of(customer)
    with django_assert_max_num_queries(3):
        browser.get(reverse("accounts:index"))


def test_visitors_pages_ask_nothing_of_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        Client().get(reverse("home"))


@pytest.mark.parametrize("name", ["Anna\r\nBcc: thief@example.com", "An\x85na", "An\u2028na"])
def test_name_has_one_line(client_of, customer, name):
    page = client_of(customer).post(reverse("accounts:name"), {"name": name})
    assert page.context["form"].errors["name"] == ["A name has one line of letters."]
    customer.refresh_from_db()
    assert customer.name == "Anna"
