"""A device whose license gives no right any more goes to the one of its account that protects it longest."""

from uuid import uuid4

import pytest
from django.utils.timezone import now

from devices.leases import read_lease
from devices.models import Device
from devices.services import check_in, disconnect, sign_out
from licenses.models import Event, License, Plan, Seat
from licenses.services import (
    block_license,
    claim_code,
    place_order,
    redeem_code,
    refund_order,
    release_license,
    take_seat,
)
from portal.foundation.oauth.models import SignIn
from portal.foundation.oauth.services import end_sign_ins
from portal.ui.words import day
from tests.devices.conftest import plug, refuses, shrink
from tests.factories import (
    DeviceFactory,
    LicenseFactory,
    PlanFactory,
    SeatPoolFactory,
    TermFactory,
    days,
    fresh_code,
    standing,
)
from tests.foundation.api.conftest import Program, problem

pytestmark = pytest.mark.django_db
SAID = {"app_version": "1", "os_version": "", "report": "protected"}


@pytest.fixture
def laptop(customer, license):
    """The product on Anna’s laptop, connected with her license."""
    program = Program(customer)
    assert program.connect(license.product).status_code == 201
    return program


def another(license, *, ends=300, seats=5, **fields):
    """Another license of its owner and product."""
    plan = PlanFactory(product=license.product, seats=seats)
    facts = {"owner": license.owner, "product": license.product, **fields}
    return LicenseFactory(**facts, terms__plan=plan, terms__ends_at=days(ends))


def end(license):
    license.terms.update(starts_at=days(-31), ends_at=days(-1))


def block(license):
    block_license(license=license, reason="Charged back.", at=now())


def other_device(license):
    """A device of its owner that is not the laptop, whose machine id is 1."""
    return DeviceFactory(owner=license.owner, machine_id=uuid4().hex)


def held():
    return Seat.objects.held().get()


def lines(license):
    return [event.sentence for event in license.events.filter(verb=Event.Verb.DEVICE_MOVED)]


# At a check-in


@pytest.mark.parametrize("stop", [end, block, shrink])
def test_device_goes_to_the_license_that_runs(laptop, license, stop):
    if stop is shrink:
        plug(license.owner, license.product, 2)
        Seat.objects.filter(device__machine_id=f"{1:032x}").update(number=3)
    other = another(license)
    stop(license)
    answer = laptop.check_in(product=license.product.slug)
    assert answer.status_code == 200
    lease = read_lease(answer.json()["lease"], at=now())
    assert (lease.is_good, lease.claims["license"]) == (True, other.support_key)
    assert Seat.objects.held().get(device__machine_id=f"{1:032x}").license == other


def test_answer_tells_it_once(laptop, license):
    other = another(license)
    end(license)
    [notice] = laptop.check_in().json()["notices"]
    text = f"moved to your other license for {license.product.name}, which runs until"
    assert notice["code"] == "moved"
    assert notice["text"] == f"This device {text} {day(standing(other).last_day, license.owner.zone)}."
    assert laptop.check_in().json()["notices"] == []


def test_both_histories_have_a_line(laptop, license):
    other = another(license)
    end(license)
    laptop.check_in()
    old, new = (f"{standing(each).plan.name} ({each.support_key})" for each in (license, other))
    assert lines(license) == lines(other) == [f"Anna’s laptop moved from {old} to {new}"]
    assert Device.objects.get().events.filter(verb=Event.Verb.DEVICE_MOVED).count() == 1


def test_license_that_protects_longest_is_taken(laptop, license):
    another(license, ends=100)
    longest = another(license, ends=400)
    another(license, ends=200)
    end(license)
    laptop.check_in()
    assert held().license == longest


def test_license_with_a_seat_for_the_platform_is_taken(laptop, license):
    phones = another(license, ends=500)
    standing(phones).plan.pools.update(on_windows=False)
    full = another(license, ends=400, seats=1)
    take_seat(license=full, device=other_device(license), at=now())
    roomy = another(license, ends=100)
    end(license)
    laptop.check_in()
    assert Seat.objects.held().get(device__machine_id=f"{1:032x}").license == roomy


def test_device_does_not_hop_while_its_license_runs(laptop, license):
    another(license, ends=900)
    for _time in range(3):
        assert laptop.check_in().status_code == 200
    assert (held().license, Seat.objects.count()) == (license, 1)


def test_trial_that_ends_hands_over_to_what_was_bought(customer):
    trial = PlanFactory(kind=Plan.Kind.TRIAL)
    tried = redeem_code(user=customer, text=fresh_code(trial), at=now())
    program = Program(customer)
    program.connect(trial.product)
    bought = redeem_code(user=customer, text=fresh_code(PlanFactory(product=trial.product)), at=now())
    end(tried)
    assert program.check_in().status_code == 200
    assert held().license == bought


def test_refund_frees_the_seat_and_the_device_goes_on(customer, store):
    order_plan = PlanFactory(slug="family-1y")
    order = place(store, order_plan)
    bought = order.term.license
    program = Program(customer)
    program.connect(order_plan.product)
    other = another(bought)
    refund_order(order=order, at=now())
    assert not Seat.objects.held().exists()
    assert program.check_in(product=order_plan.product.slug).status_code == 200
    assert (held().license, len(lines(bought)), len(lines(other))) == (other, 1, 1)


def place(store, plan):
    return place_order(client_id=store.pk, number="A-1", plan=plan.slug, email="anna@example.com", at=now())[0]


def handed_over(customer, other_customer):
    """A license of Anna’s, her laptop on it, that Ben got because he holds the code."""
    code = fresh_code()
    license = redeem_code(user=customer, text=code, at=now())
    program = Program(customer)
    program.connect(license.product)
    other = another(license)
    claim_code(user=other_customer, text=code, at=now())
    release_license(user=customer, claim=other_customer.claims.get(), at=now())
    return license, other, program


def test_hand_over_leads_the_device_to_the_other_license(customer, other_customer):
    _license, other, program = handed_over(customer, other_customer)
    assert program.check_in().status_code == 200
    assert held().license == other


def test_new_owner_reads_nothing_about_devices_of_the_old_one(customer, other_customer):
    license, other, program = handed_over(customer, other_customer)
    program.check_in()
    assert (lines(license), len(lines(other))) == ([], 1)


def test_license_of_somebody_else_is_never_taken(laptop, license, other_customer):
    another(license, owner=other_customer)
    end(license)
    problem(laptop.check_in(), 403, "expired")


def test_license_of_another_product_is_never_taken(laptop, license):
    LicenseFactory(owner=license.owner)
    end(license)
    problem(laptop.check_in(), 403, "expired")


def test_each_product_of_a_device_moves_by_itself(laptop, license):
    stays = LicenseFactory(owner=license.owner)
    laptop.connect(stays.product)
    other = another(license)
    end(license)
    laptop.check_in(product=license.product.slug)
    assert {seat.license for seat in Seat.objects.held()} == {stays, other}


def test_device_that_names_no_product_moves_too(laptop, license):
    other = another(license)
    block(license)
    assert laptop.check_in().status_code == 200
    assert held().license == other


# None that fits


def test_none_that_fits_is_expired_or_blocked_as_before(laptop, license):
    end(license)
    said = problem(laptop.check_in(), 403, "expired")
    assert (said["detail"], "devices" in said) == ("The license of this device has ended.", False)
    block(license)
    assert "devices" not in problem(laptop.check_in(), 403, "blocked")
    assert held().license == license


@pytest.mark.parametrize(("stop", "code"), [(end, "expired"), (block, "blocked")])
def test_full_license_is_told_with_the_devices_on_it(laptop, license, stop, code):
    full = another(license, seats=1)
    in_the_way = take_seat(license=full, device=other_device(license), at=now()).device
    stop(license)
    said = problem(laptop.check_in(), 403, code)
    assert (said["license"], [device["id"] for device in said["devices"]]) == (full.support_key, [in_the_way.pk])
    assert "All seats of your other license are in use." in said["detail"]
    assert problem(laptop.connect(license.product), 409, "seat_limit")["devices"] == said["devices"]
    assert laptop.release(in_the_way).status_code == 204
    assert laptop.check_in().status_code == 200


def test_percent_sign_in_the_reason_of_a_block_is_only_one(laptop, license):
    take_seat(license=another(license, seats=1), device=other_device(license), at=now())
    block_license(license=license, reason="100% charged back.", at=now())
    assert problem(laptop.check_in(), 403, "blocked")["detail"].startswith("This license is blocked: 100% charged")


def test_refused_check_in_changes_no_row(laptop, license):
    take_seat(license=another(license, seats=1), device=other_device(license), at=now())
    end(license)
    before = [list(model.objects.order_by("pk").values()) for model in (Device, Seat, Event)]
    problem(laptop.check_in(app_version="22.0"), 403, "expired")
    assert [list(model.objects.order_by("pk").values()) for model in (Device, Seat, Event)] == before


# What a person did


@pytest.mark.parametrize("take", ["portal", "program", "one license"])
def test_disconnected_by_a_person_never_comes_back_by_itself(laptop, license, take):
    another(license)
    device, keeps = Device.objects.get(), LicenseFactory(owner=license.owner)
    laptop.connect(keeps.product)
    if take == "portal":
        disconnect(device=device, actor=license.owner, at=now())
    elif take == "program":
        sign_out(device=device, product=license.product, at=now())
    else:
        disconnect(device=device, actor=license.owner, license=license, at=now())
    end(license)
    problem(laptop.check_in(product=license.product.slug), 410, "disconnected")
    assert not Seat.objects.held().filter(license__product=license.product).exists()


def test_disconnected_after_it_moved_stays_away(laptop, license):
    another(license)
    another(license)
    LicenseFactory(owner=license.owner)
    end(license)
    laptop.check_in()
    disconnect(device=Device.objects.get(), actor=license.owner, at=now())
    problem(laptop.check_in(), 410, "disconnected")


def test_disconnect_also_counts_when_the_seat_had_gone_with_its_license(customer, laptop, license):
    """A refund takes one seat; the person, who still reads the old page, disconnects that product."""
    keeps = LicenseFactory(owner=customer)
    laptop.connect(keeps.product)
    another(license)
    Seat.objects.filter(license=license).update(disconnected_at=days(0), went_with_license=True)
    disconnect(device=Device.objects.get(), actor=customer, license=license, at=now())
    problem(laptop.check_in(product=license.product.slug), 410, "disconnected")
    assert held().license == keeps


def test_sign_in_that_ended_meanwhile_moves_nothing(laptop, license):
    another(license)
    end(license)
    sign_in, device = SignIn.objects.get(), Device.objects.get()
    end_sign_ins(sign_ins=SignIn.objects.all(), end=SignIn.End.PASSWORD_CHANGED, at=now())
    with refuses("invalid_token"):
        check_in(device=device, sign_in=sign_in, **SAID, at=now())
    SignIn.objects.update(end=SignIn.End.DISCONNECTED)
    with refuses("disconnected"):
        check_in(device=device, sign_in=sign_in, **SAID, at=now())
    assert held().license == license


# At a connect


@pytest.mark.parametrize("stop", [end, block])
def test_connect_moves_it_too(laptop, license, stop):
    other = another(license)
    stop(license)
    answer = laptop.connect(license.product)
    assert (answer.status_code, answer.json()["seat"]["license"]) == (201, other.support_key)
    assert [notice["code"] for notice in answer.json()["notices"]] == ["moved"]
    assert (len(lines(license)), len(lines(other)), held().license) == (1, 1, other)


def test_connect_does_not_ask_which_when_it_moves(laptop, license):
    longest = another(license, ends=800)
    another(license)
    end(license)
    assert laptop.connect(license.product, choose=True).json()["seat"]["license"] == longest.support_key


def test_license_that_a_person_chose_is_taken(laptop, license):
    another(license, ends=800)
    chosen = another(license, ends=100)
    end(license)
    laptop.connect(license.product, license=chosen.support_key)
    assert held().license == chosen


# The count of moves


def wandered(license, times):
    """Let a license with one seat have moved so many times."""
    for _time in range(times + 1):
        seat = take_seat(license=license, device=other_device(license), at=now())
        Seat.objects.filter(pk=seat.pk).update(disconnected_at=days(0))


def moves_of(license):
    return len(License.objects.get(pk=license.pk).standing(days(0), with_moves=True).moves.made)


def test_move_to_another_license_is_not_counted(laptop, license):
    other = another(license, seats=1)
    wandered(other, 2)
    end(license)
    assert laptop.check_in().status_code == 200
    assert moves_of(other) == 2


def test_place_left_on_a_license_that_ended_is_not_counted_when_it_runs_again(laptop, license):
    another(license)
    end(license)
    laptop.check_in()
    TermFactory(license=license, plan=standing(license).plan, starts_at=days(-1))
    take_seat(license=license, device=other_device(license), at=now())
    assert moves_of(license) == 0


def test_seat_numbers_of_the_new_license_are_lowest_first(laptop, license):
    other = another(license)
    taken = [take_seat(license=other, device=other_device(license), at=now()) for _device in range(2)]
    Seat.objects.filter(pk=taken[0].pk).update(disconnected_at=days(0))
    end(license)
    laptop.check_in()
    assert Seat.objects.held().get(device__machine_id=f"{1:032x}").number == 1


def test_seat_comes_from_the_pool_of_its_platform(laptop, license):
    other = another(license, seats=0)
    SeatPoolFactory(plan=standing(other).plan, on_windows=False)
    desktops = SeatPoolFactory(plan=standing(other).plan, on_macos=False)
    end(license)
    laptop.check_in()
    assert held().pool == desktops
