"""The truth about each state of a license, on its card in the list and on its own page."""

import re

import pytest
from django.urls import reverse
from django.utils.timezone import now

from licenses.models import License, Plan
from licenses.services import block_license, free_seat, take_seat
from portal.ui.words import day
from tests.factories import DeviceFactory, LicenseFactory, PlanFactory, TermFactory, days, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(client_of, customer):
    """Return a function that gives the words of a license’s page, or with `card` those of the list; `whole`: all."""

    def read(license, *, card=False, whole=False) -> str:
        url = reverse("licenses:index") if card else license.get_absolute_url()
        page = client_of(customer).get(url).content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        return main if whole else " ".join(re.sub("<[^>]*>", " ", main).split())

    return read


@pytest.fixture
def license(customer) -> License:
    return LicenseFactory(owner=customer, terms__plan__seats=2)


def fill(license, count=2) -> list:
    """Let devices have seats, each seen one day later than the one before."""
    devices = [
        DeviceFactory(owner=license.owner, name=f"PC {number}", last_seen_at=days(number - 90), created_at=days(-100))
        for number in range(count)
    ]
    for device in devices:
        take_seat(license=license, device=device, at=now())
    return devices


def dates(license, start, end) -> License:
    license.terms.update(starts_at=days(start), ends_at=days(end))
    return license


# Not started, expired, blocked


def test_license_that_starts_later_opens_then(read, license):
    license = dates(license, 21, 386)
    page = read(license)
    starts = day(standing(license).term.starts_at)
    assert f"It starts on {starts} and protects no device until then." in page
    assert f"From {starts} on you can install the app" in page
    assert "No device yet. Install" not in page
    assert "Activation date" not in page
    assert "Seats open when it starts" in read(license, card=True)


def test_closed_license_asks_nobody_to_install(read, license):
    expired = dates(license, -400, -35)
    assert "No device is on this license any more." in read(expired)
    license.terms.update(ends_at=days(300))
    block_license(license=license, reason="The payment was charged back.", at=now())
    page = read(license)
    assert "No device is on this license any more." in page
    assert "Install" not in page


def test_closed_license_protects_nothing(read, license):
    fill(license, 1)
    page = read(dates(license, -400, -35))
    assert "Protected devices 0 of 2" in page
    assert "PC 0 Windows Not protected" in page
    assert "Seats 2, " in page


@pytest.mark.parametrize("limit", [2, None])
def test_blocked_license_is_closed_and_dashed(read, license, limit):
    standing(license).plan.pools.update(quantity=limit)
    block_license(license=license, reason="The payment was charged back.", at=days(-4))
    page = read(license, whole=True)
    assert "seats--off" in page
    for open_word in ["∞", "No limit on devices", "seats--open", "days left"]:
        assert open_word not in page
    card = read(license, card=True)
    assert f"Blocked 4 days ago on {day(days(-4))}" in card
    assert "Seats are closed" in card
    assert "Time left" not in card


def test_license_blocked_today_says_so(read, license):
    block_license(license=license, reason="The payment was charged back.", at=now())
    assert "Blocked Today" in read(license, card=True)


# Subscription, and more time that waits


def test_subscription_that_renews_names_one_day(read, customer):
    plan = PlanFactory(kind=Plan.Kind.SUBSCRIPTION)
    license = LicenseFactory(owner=customer, product=plan.product, terms__plan=plan, renews_itself=True)
    page = read(license)
    assert f"It renews by itself on {day(standing(license).last_day)}." in page
    assert "It runs until" not in page


def test_license_that_is_renewed_says_when_it_goes_on(read, license):
    end = license.terms.get().ends_at
    TermFactory(license=license, plan=standing(license).plan, starts_at=end, ends_at=days(700))
    page = read(license)
    assert f"It is renewed already: on {day(end)} it goes on by itself." in page
    assert f"Then {standing(license).plan.name}, {day(end)} to" in page


# Full


def test_card_of_a_full_license_leads_to_its_devices(read, license):
    assert "Install on a device" in read(license, card=True)
    fill(license)
    assert "Install on a device" not in read(license, card=True)
    assert f'href="{license.get_absolute_url()}#free"' in read(license, card=True, whole=True)


def test_full_license_lists_the_longest_unseen_first(read, license):
    new, old = reversed(fill(license))
    page = read(license, whole=True)
    assert 'id="free"' in page
    assert page.index(old.name) < page.index(new.name)
    assert page.count("btn--primary") == 1
    first = reverse("devices:disconnect_from", args=[old.pk, license.pk])
    assert f'btn--primary" href="{first}"' in page


def test_full_license_says_what_to_do(read, license):
    fill(license)
    page = read(license)
    assert "All 2 seats are in use." in page
    assert "To protect another device, free a seat first." in page
    assert "Need more seats?" in page
    assert "Protect another device" not in page
    assert "Seats of this license can change devices 4 times in 30 days." in page


def test_foot_says_how_many_moves_are_left_and_until_when(read, license):
    old, _new = fill(license)
    free_seat(license=license, device=old, at=now())
    take_seat(license=license, device=DeviceFactory(owner=license.owner), at=now())
    assert f"can change devices 3 more times until {day(days(30))}." in read(license)


def test_device_without_a_seat_is_told_on_the_card(read, license):
    fill(license)
    standing(license).plan.pools.update(quantity=1)
    assert "1 device has no seat" in read(license, card=True)
    assert "No seat" in read(license)


# Seats in words


@pytest.mark.parametrize(
    ("quantity", "refused", "words"),
    [
        (3, ["server"], "3, any mix of systems"),
        (1, ["server"], "1, for any system"),
        (5, ["server", "android", "ios"], "5, any mix of Windows and macOS"),
        (1, ["server", "android", "ios"], "1, for Windows or macOS"),
        (2, ["windows", "macos", "android", "ios"], "2, for Windows Server"),
        (None, ["server"], "No limit on devices, any mix of systems"),
    ],
)
def test_seats_are_told_as_a_mix(client_of, customer, license, quantity, refused, words):
    standing(license).plan.pools.update(quantity=quantity, **{f"on_{platform}": False for platform in refused})
    page = client_of(customer).get(reverse("licenses:index"), {"added": license.pk}).content.decode()
    assert words in page
    assert "×" not in page


# Renewing, and why it is blocked


def test_license_that_runs_long_is_offered_no_renewal(read, license):
    license.product.renew_url = "https://shop.example.com/renew"
    license.product.save()
    page = read(license)
    assert "Not needed yet. A code that you add now starts at once, beside this license" in page
    assert "Renew in the shop" not in page
    assert "Renew in the shop" in read(dates(license, -353, 12))


def test_reason_of_a_block_is_told_in_the_language_of_the_reader(client_of, license):
    block_license(license=license, reason="The payment was charged back.", at=now())
    license.owner.language = "de"
    license.owner.save()
    page = client_of(license.owner).get(license.get_absolute_url()).content.decode()
    assert "Die Zahlung wurde zurückgebucht." in page
    assert "The payment" not in page
