"""A product connects its device over HTTP: what it gets, and every way in which it is refused."""

import pytest
from django.core import mail
from django.utils.timezone import now

from devices.leases import read_lease
from devices.models import Device, device_of
from devices.services import connect_product, disconnect
from licenses.models import Event, Plan, Seat
from licenses.services import block_license
from portal.foundation.oauth.models import SignIn
from portal.foundation.oauth.services import end_sign_ins
from tests.devices.conftest import plug, refuses
from tests.factories import DeviceFactory, LicenseFactory, PlanFactory, ProductFactory, days, standing
from tests.foundation.api.conftest import Program, machine, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def laptop(customer):
    """The product on Anna’s laptop, after she signed in."""
    return Program(customer)


def test_new_machine_gets_device_seat_and_lease(laptop, license):
    answer = laptop.connect(license.product, nonce="once", os_version="Windows 11", form="laptop")
    assert answer.status_code == 201
    said, device = answer.json(), Device.objects.get()
    assert said["device"] == {
        "id": device.pk,
        "name": "Anna’s laptop",
        "machine_id": machine(1),
        "platform": "windows",
    }
    assert said["seat"]["license"] == license.support_key
    assert (said["seat"]["number"], said["notices"]) == (1, [])
    assert (device.os_version, device.form) == ("Windows 11", "laptop")
    verdict = read_lease(said["lease"], product=license.product.slug, machine_id=machine(1), at=now())
    assert (verdict.is_good, verdict.claims["nonce"]) == (True, "once")
    assert said["server_time"].endswith("Z")
    assert said["check_in_after"] > said["server_time"]


def test_same_machine_gets_its_seat_again(laptop, license):
    first = laptop.connect(license.product).json()
    again = laptop.connect(license.product)
    assert again.status_code == 200
    assert again.json()["seat"] == first["seat"]


def test_sign_in_is_tied_to_the_device(laptop, license):
    laptop.connect(license.product)
    assert device_of(SignIn.objects.get()) == Device.objects.get()


def test_license_can_be_chosen_by_its_support_key(laptop, customer, license):
    chosen = LicenseFactory(owner=customer, product=license.product)
    answer = laptop.connect(license.product, license=chosen.support_key.lower())
    assert answer.json()["seat"]["license"] == chosen.support_key


def test_license_of_a_stranger_does_not_exist(laptop, license, other_customer):
    theirs = LicenseFactory(owner=other_customer, product=license.product)
    missing = problem(laptop.connect(license.product, license="0000-0000-0000"), 404, "not_found")
    assert problem(laptop.connect(license.product, license=theirs.support_key), 404, "not_found") == missing


def test_unknown_product_is_told(laptop):
    problem(laptop.connect(ProductFactory.build()), 404, "not_found")


def test_account_without_a_license_is_refused(laptop):
    said = problem(laptop.connect(ProductFactory(name="VPN")), 403, "no_license")
    assert said["detail"] == "Your account has no license for VPN."
    assert not Device.objects.exists()


def test_full_license_names_who_could_go_longest_unseen_first(laptop, customer, license, other_customer):
    standing(license).plan.pools.update(quantity=2)
    idle, busy = plug(customer, license.product, 2).device, plug(customer, license.product, 3).device
    Device.objects.filter(pk=idle.pk).update(last_seen_at=days(-40), name="Old PC")
    DeviceFactory(owner=other_customer, machine_id=machine(9))
    said = problem(laptop.connect(license.product), 409, "seat_limit")
    assert said["license"] == license.support_key
    assert [device["id"] for device in said["devices"]] == [idle.pk, busy.pk]
    assert {**said["devices"][0], "last_seen_at": ""} == {
        "id": idle.pk,
        "name": "Old PC",
        "platform": "windows",
        "last_seen_at": "",
        "this": False,
    }
    assert said["devices"][0]["last_seen_at"].endswith("Z")


def test_choice_is_asked_for_with_the_licenses_that_fit(laptop, customer, license):
    LicenseFactory(owner=customer, product=license.product)
    said = problem(laptop.connect(license.product, choose=True), 409, "choose_license")
    listed = laptop.call("GET", f"/licenses?product={license.product.slug}&platform=windows").json()
    assert said["licenses"] == listed["licenses"]
    assert len(said["licenses"]) == 2
    assert laptop.connect(license.product).status_code == 201


def test_platform_without_seats_is_told(laptop, license):
    standing(license).plan.pools.update(on_windows=False)
    problem(laptop.connect(license.product), 409, "wrong_platform")


def test_license_that_is_over_or_not_begun_is_told(laptop, license):
    license.terms.update(starts_at=days(-400), ends_at=days(-35))
    problem(laptop.connect(license.product), 403, "expired")
    license.terms.update(starts_at=days(2), ends_at=days(35))
    problem(laptop.connect(license.product), 403, "not_started")


def test_blocked_license_is_told_with_its_reason(laptop, license):
    block_license(license=license, reason="Charged back.", at=now())
    assert problem(laptop.connect(license.product), 403, "blocked")["reason"] == "Charged back."


def test_license_that_wanders_is_stopped(laptop, customer):
    license = LicenseFactory(owner=customer, terms__plan__seats=1)
    for number in (2, 3, 4):
        disconnect(device=plug(customer, license.product, number).device, actor=customer, at=now())
    assert "again_at" in problem(laptop.connect(license.product), 409, "move_limit")


@pytest.mark.parametrize("machine_id", ["12345", "g" * 32, "0" * 33, "%20", "é" * 32])
def test_made_up_machine_id_is_refused(laptop, license, machine_id):
    problem(laptop.connect(license.product, machine_id), 422, "bad_machine_id")


def test_unknown_platform_is_refused(laptop, license):
    problem(laptop.connect(license.product, platform="amiga"), 422, "bad_platform")


def test_what_is_missing_is_named(laptop):
    said = problem(laptop.call("PUT", f"/devices/{machine(1)}", {"platform": 5}), 422, "invalid_request")
    assert {(error["in"], error["field"]) for error in said["errors"]} == {("body", "product"), ("body", "platform")}


def test_product_that_was_disconnected_meanwhile_does_not_come_back(laptop, customer, license):
    laptop.connect(license.product)
    disconnect(device=Device.objects.get(), actor=customer, at=now())
    answer = laptop.connect(license.product)
    problem(answer, 401, "invalid_token")
    assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert not Seat.objects.held().exists()


# The same machine signs in with another account (M18).


@pytest.fixture
def moved(laptop, license, other_customer):
    """Ben has signed in on Anna’s laptop and connected it with his own license."""
    laptop.connect(license.product)
    theirs = LicenseFactory(owner=other_customer, product=license.product)
    program = Program(other_customer)
    assert program.connect(theirs.product).status_code == 201
    return program


def test_other_account_loses_seat_and_sign_in(laptop, moved, customer):
    assert Seat.objects.held().get().holder != customer
    assert SignIn.objects.get(user=customer).end == "moved"
    problem(laptop.call("GET", "/licenses"), 401, "invalid_token")
    said = problem(laptop.check_in(), 410, "disconnected")
    assert said["by"] == "a sign-in with another account"
    assert "ben" not in str(said).lower()
    assert [letter.to for letter in mail.outbox] == [[customer.email]]


def test_check_in_by_the_other_account_is_answered(moved):
    assert moved.check_in().status_code == 200


def trial_of(user, product):
    license = LicenseFactory(owner=user, product=product)
    Plan.objects.filter(terms__license=license).update(kind=Plan.Kind.TRIAL)
    return license


def test_trial_ends_when_its_device_goes_to_a_license_that_was_bought(laptop, customer, other_customer):
    bought = LicenseFactory(owner=other_customer)
    trial = trial_of(customer, bought.product)
    laptop.connect(trial.product)
    Program(other_customer).connect(bought.product)
    trial.refresh_from_db()
    assert standing(trial).state == "expired"
    assert trial.events.first().verb == Event.Verb.TRIAL_ENDED
    assert f"The trial of {bought.product.name} on this device has ended." in mail.outbox[0].body


def test_trial_goes_on_while_another_device_uses_it(laptop, customer, other_customer):
    bought = LicenseFactory(owner=other_customer)
    trial = trial_of(customer, bought.product)
    laptop.connect(trial.product)
    plug(customer, trial.product, 2)
    Program(other_customer).connect(bought.product)
    assert standing(trial).is_running


def test_trial_goes_on_when_the_other_account_has_only_a_trial_too(laptop, customer, other_customer):
    trial = trial_of(customer, ProductFactory())
    laptop.connect(trial.product)
    trial_of(other_customer, trial.product)
    Program(other_customer).connect(trial.product)
    assert standing(trial).is_running


def test_trial_of_another_product_goes_on(laptop, customer, license, other_customer):
    trial = trial_of(customer, ProductFactory())
    laptop.connect(trial.product)
    laptop.connect(license.product)
    LicenseFactory(owner=other_customer, product=license.product)
    Program(other_customer).connect(license.product)
    assert standing(trial).is_running


def test_trial_with_a_bought_term_behind_it_goes_on(laptop, customer, other_customer):
    trial = trial_of(customer, ProductFactory())
    trial.terms.create(plan=PlanFactory(product=trial.product), starts_at=days(335), ends_at=days(700))
    laptop.connect(trial.product)
    LicenseFactory(owner=other_customer, product=trial.product)
    Program(other_customer).connect(trial.product)
    assert standing(trial).is_running


def test_sign_in_that_ends_while_it_connects_gets_no_seat(laptop, customer, license):
    """Over HTTP the token would be refused first; this is what the last step sees of a disconnect in between."""
    end_sign_ins(sign_ins=SignIn.objects.all(), end="disconnected", at=now())
    with refuses("invalid_token"):
        connect_product(
            sign_in=laptop.sign_in,
            product=license.product,
            machine_id=machine(1),
            platform="windows",
            name="PC",
            at=now(),
        )
    assert not Device.objects.exists()
