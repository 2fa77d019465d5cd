"""A product asks for a seat: who gets one, which one, and why not."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.timezone import now

from devices.models import Device
from devices.services import disconnect, rename_device
from licenses.models import Event, License, Platform, Seat
from licenses.services import block_license
from tests.devices.conftest import plug, refuses
from tests.factories import LicenseFactory, ProductFactory, SeatPoolFactory, TermFactory, UserFactory, days, standing

pytestmark = pytest.mark.django_db


def license_of(user, product, *, begins=-30, ends=335, seats=5):
    """A license of this product with dates of its own."""
    license = LicenseFactory(owner=user, product=product, terms=[])
    TermFactory(license=license, starts_at=days(begins), ends_at=days(ends), plan__seats=seats)
    return license


def only_for_phones(license):
    standing(license).plan.pools.update(on_windows=False, on_macos=False, on_server=False)


def rows():
    return [list(model.objects.order_by("pk").values()) for model in (Device, Seat, Event)]


def test_new_machine_becomes_a_device_with_the_first_seat(customer, license):
    seat = plug(customer, license.product, os_version="Windows 11", app_version="21.3", form="laptop")
    device = Device.objects.get()
    assert (seat.license, seat.device, seat.holder, seat.number) == (license, device, customer, 1)
    assert (device.name, device.os_version, device.app_version) == ("Anna’s laptop", "Windows 11", "21.3")
    event = device.events.get()
    assert (event.verb, event.actor, event.license) == (Event.Verb.DEVICE_CONNECTED, customer, license)


def test_machine_that_asks_again_keeps_its_seat(customer, license, connected):
    again = plug(customer, license.product, os_version="Windows 12")
    assert again == Seat.objects.get()
    assert Device.objects.get().os_version == "Windows 12"
    assert Event.objects.count() == 1


def test_machine_that_asks_again_stays_where_another_license_runs_longer(customer, license, connected):
    license_of(customer, license.product, ends=900)
    assert plug(customer, license.product).license == license


def test_machine_comes_back_after_a_disconnect(customer, license, connected):
    disconnect(device=connected, actor=customer, at=now())
    seat = plug(customer, license.product)
    assert seat.device == connected
    assert (seat.number, Seat.objects.count(), Seat.objects.held().count()) == (1, 2, 1)


def test_reinstall_does_not_undo_a_renaming(customer, license, connected):
    rename_device(user=customer, device=connected, name="Kitchen PC", at=now())
    assert plug(customer, license.product, name="DESKTOP-8FQ21").device.name == "Kitchen PC"


def test_account_without_the_product_is_refused(customer, license):
    with refuses("no_license"):
        plug(customer, ProductFactory())


def test_license_of_somebody_else_is_none(customer, other_customer):
    theirs = LicenseFactory(owner=other_customer)
    with refuses("no_license"):
        plug(customer, theirs.product, license=theirs)


def test_license_that_is_over_is_refused(customer):
    over = license_of(customer, ProductFactory(), begins=-400, ends=-35)
    with refuses("expired"):
        plug(customer, over.product)


def test_license_that_starts_later_is_refused(customer):
    queued = license_of(customer, ProductFactory(), begins=10)
    with refuses("not_started"):
        plug(customer, queued.product)


def test_blocked_license_is_refused(customer, license):
    block_license(license=license, reason="The payment was charged back.", at=now())
    with refuses("blocked"):
        plug(customer, license.product)


def test_platform_that_no_pool_takes_is_refused(customer, license):
    only_for_phones(license)
    with refuses("wrong_platform"):
        plug(customer, license.product)


def test_last_seat_is_given_and_then_no_more(customer):
    small = license_of(customer, ProductFactory(), seats=1)
    plug(customer, small.product, 1)
    with refuses("seat_limit"):
        plug(customer, small.product, 2)


@pytest.mark.parametrize(
    ("code", "spoil", "machine"),
    [
        ("no_license", lambda license: License.objects.update(owner=UserFactory()), 1),
        ("expired", lambda license: license.terms.update(ends_at=days(-1)), 1),
        ("not_started", lambda license: license.terms.update(starts_at=days(1)), 1),
        ("blocked", lambda license: block_license(license=license, reason="Charged back.", at=now()), 1),
        ("seat_limit", lambda license: standing(license).plan.pools.update(quantity=1), 2),
        ("wrong_platform", only_for_phones, 2),
    ],
)
def test_refusal_changes_no_row(customer, license, connected, code, spoil, machine):
    spoil(license)
    before = rows()
    with refuses(code):
        plug(customer, license.product, machine, os_version="Windows 12")
    assert rows() == before


def test_full_license_is_told_before_one_for_other_devices(customer):
    phones = license_of(customer, ProductFactory(), ends=900)
    only_for_phones(phones)
    full = license_of(customer, phones.product, seats=1)
    plug(customer, full.product, 1)
    with refuses("seat_limit"):
        plug(customer, full.product, 2)


def test_license_that_runs_longest_is_taken(customer):
    product = ProductFactory()
    license_of(customer, product, ends=100)
    longest = license_of(customer, product, ends=500)
    license_of(customer, product, ends=300)
    assert plug(customer, product).license == longest


def test_license_with_a_free_seat_is_taken(customer):
    product = ProductFactory()
    license_of(customer, product, ends=500, seats=1)
    roomy = license_of(customer, product, ends=100)
    plug(customer, product, 1)
    assert plug(customer, product, 2).license == roomy


def test_license_that_is_over_is_not_taken_while_another_runs(customer):
    product = ProductFactory()
    block_license(license=license_of(customer, product, ends=500), reason="Charged back.", at=now())
    license_of(customer, product, begins=-400, ends=-35)
    running = license_of(customer, product, ends=100)
    assert plug(customer, product).license == running


def test_chosen_license_is_taken_and_the_other_seat_given_back(customer):
    product = ProductFactory()
    longest, chosen = license_of(customer, product, ends=500), license_of(customer, product, ends=100)
    assert plug(customer, product).license == longest
    assert plug(customer, product, license=chosen).license == chosen
    assert Seat.objects.held().get().license == chosen


def test_device_leaves_a_license_that_is_over_for_one_that_runs(customer):
    product = ProductFactory()
    old = license_of(customer, product)
    plug(customer, product)
    old.terms.update(ends_at=days(-1))
    new = license_of(customer, product, begins=0)
    plug(customer, product)
    assert Seat.objects.held().get().license == new


def test_seats_of_other_products_stay(customer, license, connected):
    other = LicenseFactory(owner=customer)
    plug(customer, other.product)
    assert Seat.objects.held().filter(device=connected).count() == 2


def test_choice_is_asked_for_only_when_wanted(customer):
    product = ProductFactory()
    licenses = {license_of(customer, product, ends=end).support_key for end in (100, 200)}
    with pytest.raises(ValidationError) as refusal:
        plug(customer, product, choose=True)
    assert refusal.value.code == "choose_license"
    assert {standing.license.support_key for standing in refusal.value.standings} == licenses
    plug(customer, product)
    assert plug(customer, product, choose=True) == Seat.objects.get()


def test_no_choice_is_asked_for_when_only_one_has_room(customer):
    product = ProductFactory()
    license_of(customer, product, ends=500, seats=1)
    roomy = license_of(customer, product, ends=100)
    plug(customer, product, 1)
    assert plug(customer, product, 2, choose=True).license == roomy


def test_seat_comes_from_the_pool_of_the_platform(customer, license):
    standing(license).plan.pools.update(on_server=False)
    servers = SeatPoolFactory(plan=standing(license).plan, quantity=1, on_windows=False, on_macos=False)
    assert plug(customer, license.product, 1, platform=Platform.SERVER).pool == servers
    with refuses("seat_limit"):
        plug(customer, license.product, 2, platform=Platform.SERVER)
    assert plug(customer, license.product, 3).pool != servers


@pytest.mark.parametrize("machine_id", ["", "12345", "g" * 32, "0" * 33, "0" * 31 + "\n", "0" * 16 + "\x00" * 16])
def test_made_up_machine_id_is_refused(customer, license, machine_id):
    with refuses("bad_machine_id"):
        plug(customer, license.product, machine_id=machine_id)


def test_machine_id_in_capitals_is_the_same_machine(customer, license):
    first = plug(customer, license.product, machine_id="ab" * 16)
    assert plug(customer, license.product, machine_id="AB" * 16) == first


def test_unknown_platform_is_refused(customer, license):
    with refuses("bad_platform"):
        plug(customer, license.product, platform="amiga")


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("DESKTOP\x00-8F\tQ21\n", "DESKTOP-8F Q21"),
        ("evil\u202eexe.pc", "evilexe.pc"),
        ("x" * 200, "x" * 80),
        ("خانه\u200cام", "خانه\u200cام"),
        ("\x07\u200b ", "Windows"),
        ("\ud800", "Windows"),
    ],
)
def test_name_of_a_machine_is_cleaned(customer, license, said, stored):
    device = plug(customer, license.product, name=said).device
    device.refresh_from_db()
    assert device.name == stored


def test_versions_are_cut_and_an_unknown_shape_is_guessed(customer, license):
    device = plug(customer, license.product, os_version="W" * 99, app_version="2\x00" * 99, form="toaster").device
    device.refresh_from_db()
    assert (len(device.os_version), len(device.app_version), device.shape) == (80, 40, "laptop")


# The same machine signs in with another account (M18).


@pytest.fixture
def moved(customer, other_customer, license, connected):
    """Anna's laptop after Ben signed in on it."""
    theirs = LicenseFactory(owner=other_customer, product=license.product)
    return plug(other_customer, theirs.product)


def test_seat_in_the_other_account_is_freed_and_recorded(customer, connected, moved):
    assert Seat.objects.held().get() == moved
    assert connected.events.first().verb == Event.Verb.DEVICE_DISCONNECTED
    assert connected.events.first().actor is None
    assert moved.device != connected


def test_owner_who_lost_the_device_is_told_but_not_by_whom(customer, other_customer, license, moved):
    [letter] = mail.outbox
    assert letter.to == [customer.email]
    assert letter.subject == "Anna’s laptop left your account"
    texts = [letter.body, *(part.content for part in letter.alternatives)]
    for text in texts:
        assert license.product.name in text
        assert other_customer.email not in text


def test_refused_connect_leaves_the_other_account_alone(customer, other_customer, license, connected):
    with refuses("no_license"):
        plug(other_customer, license.product)
    assert Seat.objects.held().get().device == connected
    assert mail.outbox == []


def test_machine_can_come_back_to_the_first_account(customer, license, connected, moved):
    plug(customer, license.product)
    assert Seat.objects.held().get().device == connected


def test_one_mail_tells_of_all_products(customer, other_customer, license, connected):
    more = LicenseFactory(owner=customer)
    plug(customer, more.product)
    plug(other_customer, LicenseFactory(owner=other_customer, product=license.product).product)
    assert "their seats are free" in mail.outbox[0].body
    assert len(mail.outbox) == 1


def test_moment_is_the_callers(customer, license):
    then = timezone.now() - timedelta(days=3)
    seat = plug(customer, license.product, at=then)
    assert (seat.connected_at, seat.device.created_at, seat.device.last_seen_at) == (then, then, then)
    assert seat.device.events.get().at == then


def test_name_is_itself_in_text_and_escaped_in_html(customer, other_customer, license):
    plug(customer, license.product, name="Anna's <PC>")
    plug(other_customer, LicenseFactory(owner=other_customer, product=license.product).product)
    [letter] = mail.outbox
    assert letter.subject == "Anna's <PC> left your account"
    assert "on Anna's <PC>." in letter.body
    assert "on Anna&#x27;s &lt;PC&gt;." in letter.alternatives[0].content
