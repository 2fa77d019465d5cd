"""Dates that a product shows to its person: the portal’s one style, in that person’s time zone."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from devices.representations import notices
from devices.services import disconnect
from devices.services.check_in import disconnected
from tests.factories import LicenseFactory, TermFactory, days, standing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def berlin(customer):
    customer.time_zone = "Europe/Berlin"
    customer.save()


def test_disconnected_product_says_when(customer, connected):
    at = datetime(2090, 11, 24, 23, 48, tzinfo=UTC)
    disconnect(device=connected, actor=customer, at=at)
    assert "was disconnected on 25 November 2090, 00:48 by Anna" in disconnected(connected).messages[0]
    with translation.override("de"):
        assert "25. November 2090, 00:48" in disconnected(connected).messages[0]


def test_notice_names_the_last_day(customer):
    end = days(5).astimezone(customer.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    license = LicenseFactory(owner=customer, terms=[])
    TermFactory(license=license, ends_at=end)
    told = notices(standing(license), customer)[0]["text"]
    last = days(4).astimezone(customer.zone)
    assert f"ends on {last.day} {last:%B %Y}." in told
