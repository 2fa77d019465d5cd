"""Take a device off: seats free at once, history kept, twice is once."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from devices.services import disconnect
from licenses.models import Event, Seat
from portal.foundation.oauth.models import SignIn
from tests.devices.conftest import plug, refuses, shrink
from tests.factories import LicenseFactory, SignInFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client_of, customer):
    """Anna’s browser."""
    return client_of(customer)


@pytest.fixture
def url(connected):
    return reverse("devices:disconnect", args=[connected.pk])


def test_seat_is_free_at_once_and_its_history_stays(customer, license, connected):
    [freed] = disconnect(device=connected, actor=customer, at=now())
    assert freed.disconnected_at
    assert not Seat.objects.held().exists()
    event = connected.events.first()
    assert (event.verb, event.actor, event.license) == (Event.Verb.DEVICE_DISCONNECTED, customer, license)


def test_freed_seat_is_the_next_ones(customer, connected):
    small = LicenseFactory(owner=customer, terms__plan__seats=1)
    first = plug(customer, small.product, 1)
    with refuses("seat_limit"):
        plug(customer, small.product, 2)
    disconnect(device=first.device, actor=customer, at=now())
    assert plug(customer, small.product, 2).number == 1


def test_twice_is_once(customer, connected):
    disconnect(device=connected, actor=customer, at=now())
    assert disconnect(device=connected, actor=customer, at=now()) == []
    assert connected.events.filter(verb=Event.Verb.DEVICE_DISCONNECTED).count() == 1


def test_all_seats_are_freed_together(customer, license, connected):
    plug(customer, LicenseFactory(owner=customer).product)
    freed = disconnect(device=connected, actor=customer, at=now())
    assert len({seat.disconnected_at for seat in freed}) == 1
    assert len(freed) == 2


def test_one_license_may_be_named(customer, license, connected):
    kept = plug(customer, LicenseFactory(owner=customer).product)
    disconnect(device=connected, actor=customer, license=license, at=now())
    assert Seat.objects.held().get() == kept


def test_sign_ins_of_the_device_end_with_its_last_seat(customer, license, connected):
    sign_in, elsewhere = SignInFactory(user=customer, device=connected), SignInFactory(user=customer)
    plug(customer, LicenseFactory(owner=customer).product)
    disconnect(device=connected, actor=customer, license=license, at=now())
    assert SignIn.objects.active().count() == 2
    disconnect(device=connected, actor=customer, at=now())
    sign_in.refresh_from_db()
    assert (sign_in.end, sign_in.ended_by) == ("disconnected", customer)
    assert SignIn.objects.active().get() == elsewhere


def test_page_asks_first_and_says_what_happens(anna, url, license):
    page = anna.get(url).content.decode()
    for fact in [
        "Disconnect Anna’s laptop?",
        f"{license.product.name} stops working on this device and its seat is free at once.",
        "Files on the device are not touched. You can connect it again later.",
        "The app stops protecting this device at once.",
    ]:
        assert fact in page
    assert Seat.objects.held().exists()


def test_page_names_every_product_that_stops(anna, url, customer, license):
    other = LicenseFactory(owner=customer)
    plug(customer, other.product)
    page = anna.get(url).content.decode()
    assert f"{other.product.name} and {license.product.name} stop working on this device" in page


def test_ok_disconnects_and_says_so_first(anna, url, customer, license):
    LicenseFactory(owner=customer)
    page = anna.post(url, follow=True).content.decode()
    assert not Seat.objects.held().exists()
    assert "<title>Anna’s laptop is disconnected – Devices –" in page
    main = page[page.index("<main") :]
    assert main.index("notice--ok") < main.index("<h1>")
    assert f"One seat of {license.product.name} is free." in page


def test_notice_promises_no_seat_of_a_license_that_is_over(anna, url, license, connected):
    license.terms.update(ends_at=connected.created_at)
    page = anna.post(url, follow=True).content.decode()
    assert "Anna’s laptop is disconnected" in page
    assert "is free" not in page


def test_notice_promises_no_seat_that_a_waiting_device_has_now(anna, url, customer, license):
    plug(customer, license.product, 2)
    shrink(license)
    page = anna.post(url, follow=True).content.decode()
    assert "1 device</strong> is connected." in page
    assert "It is protected." in page
    assert "One seat of" not in page


def test_second_press_is_told_kindly(anna, url):
    anna.post(url)
    for answer in (anna.post(url, follow=True), anna.get(url, follow=True)):
        assert answer.status_code == 200
        assert "Anna’s laptop is disconnected already" in answer.content.decode()


def test_strangers_device_does_not_exist(client_of, other_customer, url):
    browser = client_of(other_customer)
    assert [browser.get(url).status_code, browser.post(url).status_code] == [404, 404]
    assert Seat.objects.held().exists()


def test_wrong_method_is_refused(anna, url):
    assert anna.put(url).status_code == 405
    assert anna.delete(url).status_code == 405


def test_post_without_a_token_is_refused(customer, url):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(customer)
    assert browser.post(url).status_code == 403
    assert Seat.objects.held().exists()
