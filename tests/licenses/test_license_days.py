"""Staff read the days of a license as its customer does."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import LicenseFactory, TermFactory, UserFactory

pytestmark = pytest.mark.django_db
# The end of 24 November in Los Angeles, which is the morning of the 25th in UTC.
END = datetime(2028, 11, 25, 8, tzinfo=UTC)


@pytest.fixture
def license():
    owner = UserFactory(time_zone="America/Los_Angeles")
    return LicenseFactory(owner=owner, terms__starts_at=datetime(2027, 11, 25, 3, 30, tzinfo=UTC), terms__ends_at=END)


def page_of(license) -> str:
    return reverse("admin:licenses_license_change", args=[license.pk])


def test_staff_and_customer_read_the_same_last_day(client_of, staff, license):
    theirs = client_of(license.owner).get(license.get_absolute_url()).content.decode()
    for address in (reverse("admin:licenses_license_changelist"), page_of(license)):
        page = client_of(staff).get(address).content.decode()
        assert "24 November 2028" in page
        assert "24 November 2028" in theirs
        assert "Nov. 25, 2028" not in page
        assert "25 November 2028" not in page


def test_page_says_whose_days_and_whose_times(client_of, staff, license):
    staff.time_zone = "Europe/Berlin"
    staff.save()
    page = client_of(staff).get(page_of(license)).content.decode()
    assert "are the customer’s: America/Los Angeles. All other times are yours: Europe/Berlin." in page
    assert "24 November 2027, 19:30" in page


def test_page_asks_the_same_number_of_queries_for_many_terms(client_of, staff, license):
    browser, counts = client_of(staff), []
    for year in (2029, 2030, 2031):
        with CaptureQueriesContext(connection) as queries:
            browser.get(page_of(license))
        counts.append(len(queries))
        TermFactory(license=license, starts_at=END.replace(year=year - 1), ends_at=END.replace(year=year))
    assert counts[0] == counts[1] == counts[2]


def test_page_of_a_license_offers_no_page_that_staff_may_not_see(client_of, staff, license):
    assert "View on site" not in client_of(staff).get(page_of(license)).content.decode()
