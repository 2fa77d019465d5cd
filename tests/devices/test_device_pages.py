"""The Devices tab as its owner sees it, and as nobody else does."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from devices.models import Device
from devices.services import disconnect
from licenses.models import Seat
from licenses.services import block_license, take_seat
from tests.devices.conftest import shrink
from tests.factories import DeviceFactory, LicenseFactory, SeatPoolFactory, days, standing

pytestmark = pytest.mark.django_db
INDEX = reverse("devices:index")


@pytest.fixture
def read(client_of, customer):
    """Return a function that opens a page as Anna and gives its words, or all of it."""

    def read(url=INDEX, *, whole=False, **query):
        answer = client_of(customer).get(url, query)
        assert answer.status_code == 200
        page = answer.content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        return page if whole else " ".join(re.sub("<[^>]*>", " ", main).split())

    return read


def seat(license, *, unseen=0, **facts):
    """Let the license's owner have a device on it that was not seen for so many days."""
    device = DeviceFactory(owner=license.owner, created_at=days(-400), last_seen_at=days(-unseen), **facts)
    take_seat(license=license, device=device, at=now())
    return device


def detail(device):
    return reverse("devices:detail", args=[device.pk])


# The list


def test_empty_page_says_what_belongs_here(read, license):
    page = read()
    assert "No device is connected yet." in page
    assert "Your seats are waiting" in page
    assert "Go to downloads" in page


def test_empty_page_without_a_license_begins_with_the_code(read):
    assert "First add your activation code." in read()


def test_summary_counts_in_whole_sentences(read, license):
    seat(license)
    seat(license)
    seat(license, report=Device.Report.UPDATE_WAITING)
    seat(license, unseen=94)
    assert "4 devices are connected. 2 are protected. One needs attention. One has not been seen for 94 days." in read()


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, "It is protected."),
        ({"report": Device.Report.OFF}, "It needs attention."),
        ({"unseen": 31}, "It has not been seen for 31 days."),
    ],
)
def test_summary_of_a_single_device(read, license, facts, sentence):
    seat(license, **facts)
    assert f"1 device is connected. {sentence}" in read()


def test_summary_when_all_is_well_or_many_are_gone(read, license):
    for _number in range(2):
        seat(license)
    assert "2 devices are connected. All are protected." in read()
    Device.objects.update(last_seen_at=days(-40))
    assert "2 have not been seen for long, one of them for 40 days." in read()


def test_device_is_shown_with_its_license_and_state(read, license):
    seat(license, name="Galaxy Tab", os_version="Android 14", report=Device.Report.UPDATE_WAITING)
    page = read()
    for fact in ["Galaxy Tab", "Android 14", license.product.name, "now", "Update waiting"]:
        assert fact in page


def test_device_is_not_seen_after_thirty_days(read, license):
    seat(license, unseen=29)
    assert "Not seen" not in read()
    Device.objects.update(last_seen_at=days(-30))
    assert "Not seen for 30 days" in read()


def test_device_on_two_products_is_one_row_with_both(read, customer, license):
    other = LicenseFactory(owner=customer)
    take_seat(license=other, device=seat(license), at=now())
    page = read()
    assert "1 device is connected." in page
    assert license.product.name in page
    assert other.product.name in page


def test_state_of_a_license_that_is_over_shows_on_its_devices(read, license):
    seat(license)
    block_license(license=license, reason="Charged back.", at=now())
    assert "License blocked" in read()
    license.terms.update(ends_at=days(-1))
    license.blocked_at = None
    license.save()
    assert "License expired" in read()


def test_license_that_runs_says_why_a_device_has_no_seat(read, customer, license):
    over = LicenseFactory(owner=customer)
    seat(license)
    device = seat(license)
    take_seat(license=over, device=device, at=now())
    over.terms.update(ends_at=days(-1))
    shrink(license)
    assert "No seat" in read(detail(device))


def test_one_license_that_runs_is_enough_for_protected(read, customer, license):
    over = LicenseFactory(owner=customer)
    take_seat(license=over, device=seat(license), at=now())
    block_license(license=over, reason="Charged back.", at=now())
    assert "It is protected." in read()


def test_device_without_room_under_the_running_plan_has_no_seat(read, license):
    seat(license, unseen=3, name="Study PC")
    seat(license, unseen=29, name="Left over")
    shrink(license)
    page = read()
    assert "No seat" in page
    assert "A device has no seat and is not protected." in page
    assert "Study PC Last seen: 3 days ago" in page
    page = read(detail(Device.objects.get(name="Left over")))
    assert "No seat" in page
    assert f"The plan of {license.product.name} that runs now has no seat left for this device." in page


def test_disconnected_devices_are_below_and_lead_back(read, customer, license):
    old = seat(license, name="Old netbook")
    disconnect(device=old, actor=customer, at=now())
    page = read()
    assert "No device is connected yet." in page
    assert re.search(r"Disconnected devices Old netbook Windows Disconnected on \d", page)
    page = read(detail(old))
    assert f"To connect it again, open the app on it and sign in as {customer.email}." in page
    assert "Disconnect device" not in page


def test_fifty_rows_a_page_and_the_seen_last_first(read, license):
    standing(license).plan.pools.update(quantity=None)
    for number in reversed(range(51)):
        seat(license, unseen=number / 10, name=f"PC {number:02}")
    first, second = read(), read(page=2)
    assert "51 devices are connected." in first
    assert "Page 1 of 2" in first
    assert ("PC 00" in first, "PC 50" in first, "PC 50" in second) == (True, False, True)
    assert "Page 2 of 2" in read(page=99)
    assert "Page 1 of 2" in read(page="x")


@pytest.mark.parametrize("gone", ["x", "-1", "9" * 40])
def test_made_up_address_of_a_disconnected_device_is_harmless(read, license, gone):
    seat(license)
    assert "is disconnected" not in read(gone=gone)


def test_notice_speaks_of_ones_own_disconnected_devices_only(read, license, other_customer):
    theirs = seat(LicenseFactory(owner=other_customer), name="Ben’s Mac")
    disconnect(device=theirs, actor=other_customer, at=now())
    assert "is disconnected" not in read(gone=theirs.pk)
    assert "is disconnected" not in read(gone=seat(license).pk)


def test_device_that_never_had_a_seat_comes_last(customer, license):
    never = DeviceFactory(owner=customer)
    gone = seat(license)
    disconnect(device=gone, actor=customer, at=now())
    assert list(Device.objects.disconnected()) == [gone, never]


# The limit


def test_full_license_names_the_device_unseen_for_longest(read, customer):
    full = LicenseFactory(owner=customer, terms__plan__seats=2)
    seat(full, unseen=3)
    old = seat(full, unseen=94, name="Old desktop")
    page = read()
    assert f"All 2 seats of {full.product.name} are in use" in page
    assert "Old desktop Not seen for 94 days. A good one to start with." in page
    assert f'href="{detail(old)}">Open' in read(whole=True)


def test_full_license_whose_devices_are_used_is_told_calmly(read, customer):
    full = LicenseFactory(owner=customer, terms__plan__seats=1)
    seat(full)
    page = read(whole=True)
    assert f"The 1 seat of {full.product.name} is in use" in page
    assert "notice--info" in page
    assert "A good one to start with" not in page


def test_one_banner_for_the_license_where_most_is_won(read, customer):
    for unseen in (40, 378, 2):
        seat(LicenseFactory(owner=customer, terms__plan__seats=1), unseen=unseen, name=f"Seen {unseen}")
    assert read(whole=True).count("notice--warn") == 1
    assert "Seen 378 Not seen for 378 days. A good one" in read()


def test_license_where_a_device_waits_is_told_before_all(read, customer, license):
    seat(LicenseFactory(owner=customer, terms__plan__seats=1), unseen=378)
    for _number in range(2):
        seat(license)
    shrink(license)
    assert f"The 1 seat of {license.product.name} is in use A device has no seat" in read()
    assert "notice--warn" in read(whole=True)


def test_device_that_no_seat_would_help_is_not_said_to_wait(read, license):
    seat(license)
    seat(license, platform="ios", name="iPhone")
    shrink(license)
    standing(license).plan.pools.update(on_ios=False)
    page = read()
    assert "No seat" in page
    assert f"The 1 seat of {license.product.name} is in use" in page
    assert "A device has no seat" not in page


def test_full_pool_of_one_kind_is_named(read, license):
    standing(license).plan.pools.update(on_server=False)
    SeatPoolFactory(
        plan=standing(license).plan, quantity=1, on_windows=False, on_macos=False, on_android=False, on_ios=False
    )
    seat(license, platform="server")
    assert "in use" not in read()
    Device.objects.update(last_seen_at=days(-40))
    assert f"The 1 seat of {license.product.name} for Windows Server is in use" in read()


def test_license_with_room_or_without_limit_or_over_has_no_banner(read, customer, license):
    seat(license)
    endless = LicenseFactory(owner=customer)
    standing(endless).plan.pools.update(quantity=None)
    seat(endless)
    over = LicenseFactory(owner=customer, terms__plan__seats=1)
    seat(over)
    over.terms.update(ends_at=days(-1))
    assert "in use" not in read()


# One device


def test_page_of_a_device_tells_all_about_it(read, license, connected):
    Device.objects.update(os_version="Windows 11 Home", app_version="21.3.10.391")
    page = read(detail(connected))
    for fact in [
        license.product.name,
        "Windows 11 Home",
        "21.3.10.391",
        "Connected since",
        connected.public_id,
        f"Anna’s laptop connected with {license.product.name}",
        "Disconnect device",
        "Rename",
    ]:
        assert fact in page
    assert connected.machine_id not in read(detail(connected), whole=True)


def test_device_is_connected_since_its_first_seat(read, customer, connected):
    Seat.objects.update(connected_at=now().replace(year=2024, month=6, day=24))
    take_seat(license=LicenseFactory(owner=customer), device=connected, at=now())
    assert "Connected since 24 June 2024" in read(detail(connected))


def test_license_page_leads_to_the_device(client_of, customer, license, connected):
    page = client_of(customer).get(license.get_absolute_url()).content.decode()
    assert f'href="{detail(connected)}"' in page


def test_page_promises_no_seat_where_none_is_held(read, license, connected):
    assert "Frees one seat of" in read(detail(connected))
    license.terms.update(ends_at=days(-1))
    page = read(detail(connected))
    assert "Disconnecting takes it off your license." in page
    for promise in ["Frees one seat", "seat is free at once", "no seat left for this device"]:
        assert promise not in page


def test_dialog_asks_the_question_of_the_page(read, connected):
    page = read(detail(connected), whole=True)
    assert 'data-dialog="disconnect"' in page
    assert '<dialog class="dlg" id="disconnect"' in page
    assert page.count(reverse("devices:disconnect", args=[connected.pk])) == 2


def test_history_says_when_support_did_it(read, staff, connected):
    disconnect(device=connected, actor=staff, at=now())
    page = read(detail(connected))
    assert "by support" in page
    assert staff.email not in page


def test_strangers_device_does_not_exist(client_of, other_customer, connected):
    assert client_of(other_customer).get(detail(connected)).status_code == 404
    assert connected.name not in client_of(other_customer).get(INDEX).content.decode()


@pytest.mark.parametrize("url", ["index", "detail"])
def test_reading_takes_no_post(client_of, customer, connected, url):
    address = INDEX if url == "index" else detail(connected)
    assert client_of(customer).post(address).status_code == 405


def test_pages_take_the_same_queries_for_one_and_thirty(client_of, customer, django_assert_num_queries):
    browser = client_of(customer)

    def add(count):
        for _number in range(count):
            device = seat(LicenseFactory(owner=customer), unseen=40)
            disconnect(device=seat(device.seats.get().license), actor=customer, at=now())
        return device

    device = add(1)
    gone = Device.objects.disconnected().get()
    urls = [INDEX, f"{INDEX}?gone={gone.pk}", detail(device), detail(gone)]
    urls += [reverse(f"devices:{name}", args=[device.pk]) for name in ("disconnect", "rename")]
    counts = {}
    for url in urls:
        with CaptureQueriesContext(connection) as one:
            browser.get(url)
        counts[url] = len(one)
    add(29)
    for url, count in counts.items():
        with django_assert_num_queries(count):
            browser.get(url)
    assert max(counts.values()) <= 10


def test_last_seen_is_told_in_the_time_zone_of_the_customer(read, customer, connected):
    customer.time_zone = "Pacific/Auckland"
    customer.save()
    Device.objects.update(last_seen_at=now().replace(year=2024, month=6, day=24, hour=23, minute=0))
    assert "25 June 2024, 11:00" in read(detail(connected))
