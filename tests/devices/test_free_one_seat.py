"""A device with several licenses gives back the seat of one, alone: asked first, told in the history, twice is once."""

import pytest
from django.urls import reverse

from licenses.models import Event, License, Seat
from portal.foundation.oauth.models import SignIn
from tests.devices.conftest import plug
from tests.factories import LicenseFactory, SignInFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client_of, customer):
    return client_of(customer)


@pytest.fixture
def other(customer, connected) -> License:
    """A second license on Anna’s laptop."""
    license = LicenseFactory(owner=customer)
    plug(customer, license.product)
    return license


@pytest.fixture
def url(connected, license):
    return reverse("devices:disconnect_from", args=[connected.pk, license.pk])


def test_page_of_the_device_offers_it_for_each_license(anna, connected, license, other, url):
    page = anna.get(reverse("devices:detail", args=[connected.pk])).content.decode()
    assert page.count("Free this seat") == 2
    assert f'href="{url}"' in page


def test_single_license_is_freed_by_disconnecting_the_device(anna, connected, url):
    assert "Free this seat" not in anna.get(reverse("devices:detail", args=[connected.pk])).content.decode()
    assert "Disconnect Anna’s laptop?" in anna.get(url).content.decode()
    page = anna.post(url, follow=True).content.decode()
    assert "<title>Anna’s laptop is disconnected – Devices –" in page
    assert not Seat.objects.held().exists()


def test_page_asks_first_and_says_what_stays(anna, url, license, other):
    page = anna.get(url).content.decode()
    assert f"Disconnect Anna’s laptop from {license.product.name}?" in page
    assert f"{license.product.name} stops working on this device and its seat is free at once." in page
    assert "Its other licenses stay on this device." in page
    assert Seat.objects.held().count() == 2


def test_one_seat_is_freed_and_both_histories_say_so(anna, url, customer, connected, license, other):
    SignInFactory(user=customer, device=connected)
    page = anna.post(url, follow=True).content.decode()
    assert f"Anna’s laptop is disconnected from {license.product.name}. Its seat is free." in page
    assert Seat.objects.held().get().license == other
    assert SignIn.objects.active().exists()
    event = license.events.first()
    assert (event.verb, event.device, event.actor) == (Event.Verb.DEVICE_DISCONNECTED, connected, customer)
    assert connected.events.first() == event


def test_second_press_is_told_kindly(anna, url, license, other):
    anna.post(url)
    for answer in (anna.post(url, follow=True), anna.get(url, follow=True)):
        assert f"Anna’s laptop is disconnected from {license.product.name} already" in answer.content.decode()
    assert Seat.objects.held().get().license == other


def test_strangers_device_and_license_do_not_exist(client_of, other_customer, anna, url, connected):
    stranger = client_of(other_customer)
    assert [stranger.get(url).status_code, stranger.post(url).status_code] == [404, 404]
    theirs = LicenseFactory(owner=other_customer)
    mixed = reverse("devices:disconnect_from", args=[connected.pk, theirs.pk])
    assert [anna.get(mixed).status_code, anna.post(mixed).status_code] == [404, 404]
    assert Seat.objects.held().exists()
