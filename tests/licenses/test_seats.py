"""Seats: which number in which pool, who is refused, and what happens when the plan changes."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import now

from licenses.models import Event, Seat
from licenses.services import block_license, free_seat, take_seat
from tests.factories import DeviceFactory, LicenseFactory, PlanFactory, SeatPoolFactory, TermFactory, days, standing

pytestmark = pytest.mark.django_db

DESKTOPS = {"on_android": False, "on_ios": False, "on_server": False}
SERVERS = {"on_windows": False, "on_macos": False, "on_android": False, "on_ios": False}
PHONES = {"on_windows": False, "on_macos": False, "on_server": False}


def refuses(code):
    return pytest.raises(ValidationError, check=lambda error: error.code == code)


def office(owner=None, **license):
    """A license with 2 desktops, 1 server and 2 phones, in this order."""
    plan = PlanFactory(seats=0)
    for quantity, kinds in [(2, DESKTOPS), (1, SERVERS), (2, PHONES)]:
        SeatPoolFactory(plan=plan, quantity=quantity, **kinds)
    owner = {"owner": owner} if owner else {}
    return LicenseFactory(product=plan.product, terms__plan=plan, **owner, **license)


def plug(license, platform="windows", **rest):
    device = DeviceFactory(owner=license.owner, platform=platform)
    return take_seat(license=license, device=device, **{"at": now(), **rest})


def numbers(license):
    return sorted(license.seats.held().values_list("number", flat=True))


def change_plan(license, plan):
    """Let the next term of the license have begun, under another plan of the product."""
    license.terms.update(ends_at=days(-1))
    TermFactory(license=license, plan=plan, starts_at=days(-1))


def plan_like(license, *pools):
    plan = PlanFactory(product=license.product, seats=0)
    for quantity, kinds in pools:
        SeatPoolFactory(plan=plan, quantity=quantity, **kinds)
    return plan


# Taking and giving back


def test_seats_are_numbered_from_one():
    license = LicenseFactory()
    assert [plug(license).number for _device in range(3)] == [1, 2, 3]


def test_seat_names_its_holder_and_the_event_who_did_it(staff):
    license = LicenseFactory()
    seat = plug(license, actor=staff)
    assert (seat.holder, Event.objects.get().actor) == (license.owner, staff)
    assert Seat.objects.for_user(license.owner).get() == seat


def test_lowest_number_that_is_free_is_taken():
    license = LicenseFactory()
    seats = [plug(license) for _device in range(4)]
    for seat in (seats[2], seats[0]):
        free_seat(license=license, device=seat.device, at=now())
    assert [plug(license).number, plug(license).number, plug(license).number] == [1, 3, 5]


def test_each_platform_sits_in_its_pool():
    license = office()
    pools = list(standing(license).plan.pools.all())
    seats = [plug(license, platform) for platform in ("server", "ios", "macos", "android", "windows")]
    assert [pools.index(seat.pool) for seat in seats] == [1, 2, 0, 2, 0]
    assert [seat.number for seat in seats] == [1, 1, 1, 2, 2]


def test_full_pool_refuses_though_another_has_room():
    license = office()
    plug(license, "server")
    with refuses("seat_limit"):
        plug(license, "server")
    assert standing(license).seats_free == 4


def test_second_pool_of_a_platform_is_used_when_the_first_is_full():
    plan = PlanFactory(seats=0)
    for quantity in (1, 2):
        SeatPoolFactory(plan=plan, quantity=quantity, **DESKTOPS)
    license = LicenseFactory(product=plan.product, terms__plan=plan)
    first, second = plan.pools.all()
    assert [(seat.pool, seat.number) for seat in (plug(license), plug(license), plug(license))] == [
        (first, 1),
        (second, 1),
        (second, 2),
    ]


def test_platform_that_no_pool_takes_is_refused():
    license = LicenseFactory()
    standing(license).plan.pools.update(on_ios=False)
    with refuses("wrong_platform"):
        plug(license, "ios")


def test_pool_without_limit_never_refuses():
    license = LicenseFactory()
    standing(license).plan.pools.update(quantity=None)
    for _device in range(30):
        plug(license)
    assert numbers(license) == list(range(1, 31))
    now_is = standing(license)
    assert (now_is.seats_total, now_is.seats_free, now_is.is_full) == (None, None, False)


@pytest.mark.parametrize(
    ("starts", "ends", "code"), [(-400, -35, "expired"), (-30, -0.001, "expired"), (0.01, 30, "not_started")]
)
def test_term_that_does_not_run_gives_no_seat(starts, ends, code):
    license = LicenseFactory(terms=[])
    TermFactory(license=license, starts_at=days(starts), ends_at=days(ends))
    with refuses(code):
        plug(license)


def test_license_without_a_term_gives_no_seat():
    with refuses("expired"):
        plug(LicenseFactory(terms=[]))


def test_blocked_license_gives_no_seat():
    license = LicenseFactory()
    block_license(license=license, reason="The payment was charged back.", at=now())
    with refuses("blocked"):
        plug(license)


def test_device_keeps_the_seat_that_it_has():
    license = LicenseFactory()
    seat = plug(license)
    assert take_seat(license=license, device=seat.device, at=now()) == seat
    assert Event.objects.count() == 1


def test_device_keeps_its_seat_when_the_license_is_full():
    license = LicenseFactory(terms__plan__seats=1)
    seat = plug(license)
    assert take_seat(license=license, device=seat.device, at=now()) == seat


def test_freeing_twice_frees_once():
    license = LicenseFactory()
    seat = plug(license)
    assert free_seat(license=license, device=seat.device, at=now()) == seat
    assert free_seat(license=license, device=seat.device, at=now()) is None
    assert Event.objects.filter(verb=Event.Verb.DEVICE_DISCONNECTED).count() == 1


def test_seat_of_an_ended_license_can_be_freed():
    license = LicenseFactory()
    seat = plug(license)
    license.terms.update(ends_at=days(-1))
    assert free_seat(license=license, device=seat.device, at=now()) == seat


def test_clock_that_runs_back_ends_a_seat_when_it_began():
    license = LicenseFactory()
    seat = plug(license)
    ended = free_seat(license=license, device=seat.device, at=days(-1))
    assert ended.disconnected_at == seat.connected_at
    assert list(license.events.values_list("at", flat=True)) == [seat.connected_at] * 2


def test_seats_of_another_license_do_not_count():
    one = LicenseFactory(terms__plan__seats=1)
    other = LicenseFactory(product=one.product, terms__plan=standing(one).plan)
    plug(one)
    assert plug(other).number == 1


# A term with other pools begins: nothing waits for a job; what is derived and what is stored agree.


def places(license):
    """Where each held seat sits, as derived; and the same as stored, for those that have a place."""
    derived = {pk: place for pk, place in standing(license).sittings.items() if place.pool}
    stored = {seat.pk: (seat.pool, seat.number) for seat in license.seats.held() if seat.pk in derived}
    return {pk: (place.pool, place.number) for pk, place in derived.items()}, stored


def test_devices_move_into_the_pools_of_the_new_plan():
    license = LicenseFactory()
    seats = [plug(license, platform) for platform in ("windows", "server", "ios", "macos")]
    change_plan(license, plan_like(license, (2, DESKTOPS), (1, SERVERS), (1, PHONES)))
    derived, stored = places(license)
    assert [derived[seat.pk][1] for seat in seats] == [1, 1, 1, 2]
    assert derived != stored
    assert standing(license).seats_used == 4


def test_next_write_stores_what_pages_have_shown():
    license = LicenseFactory()
    for platform in ("windows", "server", "ios"):
        plug(license, platform)
    change_plan(license, plan_like(license, (2, DESKTOPS), (1, SERVERS), (1, PHONES)))
    shown, _stored = places(license)
    plug(license, "macos")
    derived, stored = places(license)
    assert derived == stored
    assert shown.items() <= stored.items()


def test_smaller_plan_keeps_the_lowest_numbers_and_drops_nobody():
    license = LicenseFactory()
    seats = [plug(license) for _device in range(4)]
    change_plan(license, plan_like(license, (2, DESKTOPS)))
    assert [placed.has_seat for placed in standing(license).devices] == [True, True, False, False]
    assert (standing(license).seats_used, standing(license).is_full, license.seats.held().count()) == (2, True, 4)
    with refuses("seat_limit"):
        take_seat(license=license, device=seats[3].device, at=now())
    assert take_seat(license=license, device=seats[0].device, at=now()) == seats[0]


def test_freed_seat_goes_to_a_device_that_had_none():
    license = LicenseFactory()
    seats = [plug(license) for _device in range(3)]
    change_plan(license, plan_like(license, (2, DESKTOPS)))
    free_seat(license=license, device=seats[0].device, at=now())
    assert [placed.has_seat for placed in standing(license).devices] == [True, True]
    with refuses("seat_limit"):
        plug(license)
    moved = take_seat(license=license, device=seats[2].device, at=now())
    assert (moved.pk, moved.pool, moved.number) == (seats[2].pk, standing(license).plan.pools.get(), 2)
    derived, stored = places(license)
    assert derived == stored


def test_plan_without_room_for_a_platform_leaves_the_device_without_a_seat():
    license = LicenseFactory()
    phone, laptop = plug(license, "ios"), plug(license, "windows")
    change_plan(license, plan_like(license, (5, DESKTOPS)))
    seated = {placed.device.pk: placed.has_seat for placed in standing(license).devices}
    assert seated == {phone.device.pk: False, laptop.device.pk: True}


def test_same_plan_again_moves_nobody():
    license = LicenseFactory()
    seats = [plug(license) for _device in range(3)]
    free_seat(license=license, device=seats[1].device, at=now())
    change_plan(license, standing(license).plan)
    assert {pk: place.number for pk, place in standing(license).sittings.items()} == {seats[0].pk: 1, seats[2].pk: 3}


# Which seats are full


def refusal_of(license, platform="windows"):
    with refuses("seat_limit") as refused:
        plug(license, platform)
    return refused.value.messages[0].partition(". ")[0]


def test_full_license_says_how_many_seats_it_has():
    license = LicenseFactory(product__name="Safe Kids", terms__plan__seats=2)
    for _device in range(2):
        plug(license)
    assert refusal_of(license) == "All 2 seats of Safe Kids are in use"


def test_full_pool_is_named_where_others_have_room():
    license = office()
    name = license.product.name
    for platform in ("windows", "macos", "server"):
        plug(license, platform)
    assert refusal_of(license) == f"All 2 seats of {name} for Windows and macOS are in use"
    assert refusal_of(license, "server") == f"The only seat of {name} for Windows Server is in use"


def test_pools_that_take_the_same_platform_are_counted_together():
    plan = PlanFactory(seats=0)
    for quantity, kinds in ((1, DESKTOPS), (2, DESKTOPS | {"on_macos": False}), (1, PHONES)):
        SeatPoolFactory(plan=plan, quantity=quantity, **kinds)
    license = LicenseFactory(product=plan.product, terms__plan=plan)
    for _device in range(3):
        plug(license)
    assert refusal_of(license) == f"All 3 seats of {license.product.name} for Windows and macOS are in use"
