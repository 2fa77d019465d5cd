"""The Licenses tab as its owner sees it, and as nobody else does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from licenses import services
from licenses.models import License
from tests.factories import DeviceFactory, LicenseFactory, PlanFactory, TermFactory, fresh_code, standing

pytestmark = pytest.mark.django_db


def expired_license(owner) -> License:
    license = LicenseFactory(owner=owner, terms=[])
    now = timezone.now()
    TermFactory(license=license, starts_at=now - timedelta(days=400), ends_at=now - timedelta(days=35))
    return license


def test_empty_page_says_what_belongs_here(client_of, customer):
    assert "No license yet." in client_of(customer).get(reverse("licenses:index")).content.decode()


def test_added_license_is_told_in_full(client_of, customer):
    code = fresh_code(PlanFactory(seats=3))
    page = client_of(customer).post(reverse("licenses:add"), {"code": code.lower()}, follow=True).content.decode()
    license = License.objects.get()
    assert "License added – Licenses" in page
    for fact in [license.product.name, standing(license).plan.type_text, customer.email]:
        assert fact in page


@pytest.mark.parametrize("url", ["licenses:index", "licenses:archived"])
def test_list_takes_the_same_queries_for_one_and_thirty(client_of, customer, django_assert_num_queries, url):
    browser = client_of(customer)

    def add(count):
        for _number in range(count):
            license = LicenseFactory(owner=customer, archived_at=timezone.now() if "archived" in url else None)
            services.take_seat(license=license, device=DeviceFactory(owner=customer), at=timezone.now())

    add(1)
    with CaptureQueriesContext(connection) as one:
        browser.get(reverse(url))
    add(29)
    with django_assert_num_queries(len(one)):
        browser.get(reverse(url))
    assert len(one) <= 6


def test_detail_tells_all_about_the_license(client_of, customer):
    services.redeem_code(user=customer, text=fresh_code(PlanFactory(seats=3)), at=timezone.now())
    license = License.objects.get()
    services.take_seat(license=license, device=DeviceFactory(owner=customer, name="Anna’s laptop"), at=timezone.now())
    page = client_of(customer).get(license.get_absolute_url()).content.decode()
    for fact in [
        license.support_key,
        standing(license).code_hint,
        "Anna’s laptop connected",
        "Activation code added",
        "1 of 3",
    ]:
        assert fact in page.replace("<small>", "").replace("</small>", "")


def test_full_code_is_not_on_any_page(client_of, customer):
    code = fresh_code()
    browser = client_of(customer)
    browser.post(reverse("licenses:add"), {"code": code})
    for url in [reverse("licenses:index"), License.objects.get().get_absolute_url()]:
        page = browser.get(url).content.decode()
        assert code not in page
        assert code.replace("-", "") not in page


def test_refused_code_stays_in_the_field(client_of, customer):
    page = client_of(customer).post(reverse("licenses:add"), {"code": "7KQ2M-X4TDA"}).content.decode()
    assert 'value="7KQ2M-X4TDA"' in page
    assert "Error: Licenses" in page


def test_nothing_typed_is_told_kindly(client_of, customer):
    page = client_of(customer).post(reverse("licenses:add"), {"code": " "}).content.decode()
    assert "Type or paste your activation code first." in page


def test_strangers_license_does_not_exist(client_of, other_customer):
    license = LicenseFactory()
    browser = client_of(other_customer)
    assert browser.get(license.get_absolute_url()).status_code == 404
    assert browser.post(reverse("licenses:archive", args=[license.pk])).status_code == 404
    assert browser.post(reverse("licenses:restore", args=[license.pk])).status_code == 404
    assert browser.get(f"{reverse('licenses:index')}?added={license.pk}").context["added"] is None


@pytest.mark.parametrize("added", ["x", "-1", "9" * 30, "1"])
def test_made_up_address_of_an_added_license_is_harmless(client_of, customer, added):
    assert client_of(customer).get(reverse("licenses:index"), {"added": added}).status_code == 200


def test_expired_license_can_be_put_away_and_taken_back(client_of, customer):
    license = expired_license(customer)
    browser = client_of(customer)
    browser.post(reverse("licenses:archive", args=[license.pk]))
    assert not License.objects.kept().exists()
    browser.post(reverse("licenses:restore", args=[license.pk]))
    assert License.objects.kept().exists()


def test_running_license_cannot_be_put_away(client_of, customer):
    license = LicenseFactory(owner=customer)
    page = client_of(customer).post(reverse("licenses:archive", args=[license.pk]), follow=True)
    assert "Only an expired license can be archived." in page.content.decode()
    assert License.objects.kept().exists()


def test_dates_are_those_of_the_customers_time_zone(client_of, customer):
    customer.time_zone = "Pacific/Auckland"
    customer.save()
    license = LicenseFactory(owner=customer, terms=[])
    TermFactory(license=license, starts_at=timezone.now(), ends_at="2030-06-24T12:30:00Z")
    assert "25 June 2030" in client_of(customer).get(license.get_absolute_url()).content.decode()
