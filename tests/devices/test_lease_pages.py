"""What the owner reads of leases: how long a device works alone, when it stops, and that two machines use one place."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.timezone import now

from devices.models import Device, Lease
from devices.services import check_in, disconnect, issue_lease, rename_device
from licenses.models import Seat
from licenses.services import block_license
from portal.ui.words import day, moment
from tests.devices.conftest import plug
from tests.factories import LicenseFactory, days, standing

pytestmark = pytest.mark.django_db
INDEX, OVERVIEW = reverse("devices:index"), reverse("devices:overview")


@pytest.fixture
def seat(customer, license):
    return plug(customer, license.product)


@pytest.fixture
def anna(client_of, customer):
    return client_of(customer)


def words(answer):
    page = answer.content.decode()
    return " ".join(re.sub("<[^>]*>", " ", page[page.find("<main") :]).split())


def page_of(name, device):
    return reverse(f"devices:{name}", args=[device.pk])


# Until when


def test_device_page_tells_how_long_it_works_alone(anna, seat):
    assert "Works offline until" not in words(anna.get(page_of("detail", seat.device)))
    issue_lease(seat=seat, at=now())
    page = words(anna.get(page_of("detail", seat.device)))
    assert f"Works offline until {moment(Lease.objects.get().expires_at)}" in page
    assert f"Last online {moment(seat.device.last_seen_at)}" in page


@pytest.mark.parametrize("name", ["detail", "disconnect"])
def test_question_names_the_end_of_the_lease(anna, seat, name):
    issue_lease(seat=seat, at=now())
    until = moment(Lease.objects.get().expires_at)
    question = f"stops protecting this device the next time it is online, at the latest on {until}."
    assert question in words(anna.get(page_of(name, seat.device)))


def test_longest_of_several_leases_is_named(anna, customer, seat):
    issue_lease(seat=seat, at=now())
    Lease.objects.update(expires_at=days(1))
    issue_lease(seat=plug(customer, LicenseFactory(owner=customer).product), at=now())
    latest = Lease.objects.latest("expires_at").expires_at
    assert f"at the latest on {moment(latest)}" in words(anna.get(page_of("disconnect", seat.device)))


def test_device_without_a_lease_that_runs_stops_at_once(anna, seat):
    for _lease in (None, issue_lease(seat=seat, at=now())):
        Lease.objects.update(issued_at=days(-4), expires_at=days(-1))
        page = words(anna.get(page_of("disconnect", seat.device)))
        assert "The app stops protecting this device at once." in page
        assert "at the latest" not in page


def test_notice_after_a_disconnect_names_the_end_of_the_lease(anna, seat):
    issue_lease(seat=seat, at=now())
    page = words(anna.post(page_of("disconnect", seat.device), follow=True))
    assert f"the next time it is online, at the latest on {moment(Lease.objects.get().expires_at)}." in page
    assert f"at the latest on {moment(Lease.objects.get().expires_at)}" in words(
        anna.get(page_of("detail", seat.device))
    )


def test_notice_says_that_a_device_without_a_lease_has_stopped(anna, seat):
    page = words(anna.post(page_of("disconnect", seat.device), follow=True))
    assert "The app on this device has stopped protecting it." in page
    assert "stops at once" not in words(anna.get(page_of("detail", seat.device)))


@pytest.mark.parametrize("name", ["detail", "disconnect"])
def test_question_says_when_another_device_can_take_the_seat(anna, customer, name):
    license = LicenseFactory(owner=customer, terms__plan__seats=1)
    for number in range(3):
        device = plug(customer, license.product, number).device
        page = words(anna.get(page_of(name, device)))
        assert ("another one can take the seat on" in page) == (number == 2)
        if number < 2:
            disconnect(device=device, actor=customer, at=now())
    again_at = Seat.objects.order_by("pk")[1].connected_at + timedelta(days=30)
    assert f"take the seat on {day(again_at)}, because the license moved as often as it may in 30 days." in page


# Two machines


def test_copied_device_is_shown_until_it_is_connected_anew(anna, customer, license, seat):
    issue_lease(seat=seat, at=now())
    issue_lease(seat=seat, held="stranger", at=now())
    assert "In use on two machines" in words(anna.get(INDEX))
    assert "It needs attention." in words(anna.get(INDEX))
    page = words(anna.get(page_of("detail", seat.device)))
    assert "In use on two machines" in page
    assert "Two machines report as this device" in page
    disconnect(device=seat.device, actor=customer, at=now())
    plug(customer, license.product)
    assert "two machines" not in words(anna.get(INDEX)).lower()


# The part that asks for itself


def ask(browser, tag="", **query):
    return browser.get(OVERVIEW, query, headers={"If-None-Match": tag} if tag else {})


def test_part_is_the_one_of_the_page(anna, seat):
    part = anna.get(OVERVIEW).content.decode().strip()
    assert part in anna.get(INDEX).content.decode()
    assert "<html" not in part


@pytest.fixture
def at_noon(clock):
    """Let the clock stand, so that no minute passes in the middle of a test."""
    clock(timezone.now().replace(second=30))


CHANGES = {
    "connect": lambda seat: plug(seat.holder, seat.license.product, 2),
    "disconnect": lambda seat: disconnect(device=seat.device, actor=seat.holder, at=now()),
    "rename": lambda seat: rename_device(user=seat.holder, device=seat.device, name="Study", at=now()),
    "report": lambda seat: check_in(
        device=seat.device, app_version="1", os_version="", report=Device.Report.OFF, at=now()
    ),
    "block": lambda seat: block_license(license=seat.license, reason="Charged back.", at=now()),
    "copy": lambda seat: [issue_lease(seat=seat, held=held, at=now()) for held in ("", "stranger")],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_part_is_sent_again_only_when_something_changed(at_noon, anna, seat, change):
    tag = ask(anna)["ETag"]
    same = ask(anna, tag)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    change(seat)
    assert ask(anna, tag).status_code == 200


def test_part_grows_old_in_a_minute(clock, anna, seat):
    tag = ask(anna)["ETag"]
    clock(days(2 / 1440))
    assert ask(anna, tag).status_code == 200


def test_part_is_ones_own(at_noon, anna, client_of, other_customer, seat):
    tag = ask(anna)["ETag"]
    other = ask(client_of(other_customer), tag)
    assert other.status_code == 200
    assert seat.device.name not in other.content.decode()


def test_part_comes_in_the_language_of_the_reader(at_noon, anna, customer, seat):
    tag = ask(anna)["ETag"]
    customer.language = "de"
    customer.save()
    assert ask(anna, tag).status_code == 200
    translation.activate("en")


def test_asking_when_nothing_changed_takes_two_queries(at_noon, anna, license, django_assert_num_queries):
    standing(license).plan.pools.update(quantity=None)
    for number in range(30):
        issue_lease(seat=plug(license.owner, license.product, number), at=now())
    tag = ask(anna)["ETag"]
    with django_assert_num_queries(2 + 2):  # the session and the person, then what the tag is made of
        assert ask(anna, tag).status_code == 304


def test_second_page_of_the_list_asks_for_itself(anna, license):
    standing(license).plan.pools.update(quantity=None)
    for number in range(51):
        plug(license.owner, license.product, number)
    assert f'data-refresh="{OVERVIEW}?page=2"' in anna.get(INDEX, {"page": 2}).content.decode()
    assert "Page 2 of 2" in ask(anna, page=2).content.decode()
    assert Seat.objects.count() == 51


def test_without_a_script_there_is_a_link(anna):
    assert re.search(f'<noscript>.*href="{INDEX}">Refresh<.*</noscript>', anna.get(INDEX).content.decode())
