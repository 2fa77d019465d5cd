"""How many statements the database gets for what is asked most, session and user included."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from licenses.models import License
from tests.factories import LicenseFactory, SeatFactory, fresh_code

CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def asked_by(call) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        call()
    return [query["sql"] for query in queries]


@pytest.mark.django_db
def test_licenses_page_takes_six(client_of, customer):
    for _license in range(3):
        SeatFactory(license=LicenseFactory(owner=customer))
    browser = client_of(customer)
    assert len(asked_by(lambda: browser.get(reverse("licenses:index")))) <= 6


@pytest.mark.django_db
def test_page_of_archived_licenses_alone_counts_them(client_of, customer):
    LicenseFactory(owner=customer, archived_at="2026-01-01T00:00:00Z")
    assert "1 archived license" in client_of(customer).get(reverse("licenses:index")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_redeem_takes_fourteen_and_three_savepoints(client_of, customer):
    browser, code = client_of(customer), fresh_code()
    asked = asked_by(lambda: browser.post(reverse("licenses:add"), {"code": code}))
    assert License.objects.filter(owner=customer).exists()
    assert len([sql for sql in asked if not sql.startswith(CONTROL)]) <= 14
    assert len([sql for sql in asked if sql.startswith("SAVEPOINT")]) <= 3
