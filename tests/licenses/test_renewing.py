"""“Enter an activation code” leads into the field, and the page remembers which license is to be renewed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from licenses.models import License
from tests.factories import LicenseFactory, TermFactory, fresh_code

pytestmark = pytest.mark.django_db

ADD = reverse("licenses:add")


@pytest.fixture
def license(customer):
    return LicenseFactory(owner=customer)


@pytest.fixture
def expired(customer):
    license, now = LicenseFactory(owner=customer, terms=[]), timezone.now()
    TermFactory(license=license, starts_at=now - timedelta(days=400), ends_at=now - timedelta(days=35))
    return license


def test_field_has_the_cursor_where_a_button_says_so(client, client_of, customer):
    assert " autofocus" in client.get(ADD).text
    assert " autofocus" in client_of(customer).get(ADD).text
    assert " autofocus" not in client_of(customer).get(reverse("licenses:index")).text


def test_license_to_renew_is_named_above_the_field(client_of, license):
    page = client_of(license.owner).get(f"{ADD}?renew={license.pk}").text
    assert f"Renewing {license.product.name}, ends " in page


def test_expired_license_leads_to_it(client_of, customer, expired):
    page = client_of(customer).get(expired.get_absolute_url()).text
    assert f'href="{ADD}?renew={expired.pk}"' in page
    assert f"Renewing {expired.product.name}, ended " in client_of(customer).get(f"{ADD}?renew={expired.pk}").text


def test_it_is_still_named_after_a_refusal(client_of, license):
    page = client_of(license.owner).post(ADD, {"code": "ABCDE", "renew": license.pk}).text
    assert f"Renewing {license.product.name}" in page
    assert f'name="renew" value="{license.pk}"' in page


@pytest.mark.parametrize("number", ["", "x", "0", "9" * 30, "-1"])
def test_number_of_no_license_is_passed_over(client_of, license, number):
    assert "Renewing" not in client_of(license.owner).get(f"{ADD}?renew={number}").text


def test_license_of_a_stranger_is_passed_over(client, client_of, other_customer, license):
    assert "Renewing" not in client_of(other_customer).get(f"{ADD}?renew={license.pk}").text
    assert "Renewing" not in client.get(f"{ADD}?renew={license.pk}").text


def test_code_is_added_all_the_same(client_of, license):
    client_of(license.owner).post(ADD, {"code": fresh_code(), "renew": license.pk})
    assert License.objects.count() == 2
