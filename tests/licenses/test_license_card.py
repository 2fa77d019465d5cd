"""What a card says of the seats and the time of a license."""

from datetime import timedelta

import pytest
from django.template import engines

from licenses.models import License
from tests.factories import LicenseFactory, PlanFactory, SeatFactory, days

pytestmark = pytest.mark.django_db


def drawn(tag: str, license: License) -> str:
    (standing,) = License.objects.filter(pk=license.pk).standings(days(0) + timedelta(seconds=1))
    return " ".join(engines["django"].from_string(f"{{% {tag} standing %}}").render({"standing": standing}).split())


def license_with(seats: int, **more) -> License:
    plan = PlanFactory(seats=seats)
    return LicenseFactory(product=plan.product, terms__plan=plan, **more)


def test_free_seats_are_counted():
    license = license_with(3)
    SeatFactory(license=license)
    assert '<span class="fact__n">1 <small>of 3</small></span>' in drawn("seats_fact", license)
    assert "2 seats free" in drawn("seats_fact", license)


def test_full_license_has_all_seats_in_use():
    license = license_with(1)
    SeatFactory(license=license)
    assert "All seats in use" in drawn("seats_fact", license)


def test_device_without_a_seat_is_told():
    license = license_with(1)
    SeatFactory(license=license)
    SeatFactory(license=license, number=2)
    assert "1 device has no seat" in drawn("seats_fact", license)


def test_license_without_a_limit_has_a_number_alone():
    license = license_with(1)
    license.terms.get().plan.pools.update(quantity=None)
    assert '<span class="fact__n">0</span>' in drawn("seats_fact", license)
    assert "No limit on devices" in drawn("seats_fact", license)


def test_name_of_the_product_is_escaped():
    license = license_with(2)
    license.product.name = "<b>One</b>"
    license.product.save()
    assert "<b>" not in drawn("seats_fact", license)
    assert "&lt;b&gt;One&lt;/b&gt;, seats in use" in drawn("seats_fact", license)


@pytest.mark.parametrize(
    ("starts", "ends", "number", "words"),
    [
        (-30, 40, "40 days", "until"),
        (5, 40, "5 days", "on"),
        (-30, -3, "3 days ago", "on"),
    ],
)
def test_time_is_told_by_state(starts, ends, number, words):
    license = license_with(1, terms__starts_at=days(starts), terms__ends_at=days(ends))
    html = drawn("time_fact", license)
    assert f'<span class="fact__n">{number}</span>' in html
    assert f'<span class="fact__c">{words} ' in html


def test_blocked_license_tells_since_when():
    html = drawn("time_fact", license_with(1, blocked_at=days(-2)))
    assert '<span class="fact__n">2 days ago</span>' in html
