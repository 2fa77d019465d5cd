"""What was bought goes on protecting: the example moves to the license that runs, with nobody at the screen."""

import json
import subprocess
import sys

import pytest
from django.utils.timezone import now

from devices.models import Device
from devices.services import disconnect
from licenses.models import Event, Plan, Seat
from licenses.services import block_license, place_order, redeem_code, refund_order
from tests.environment import ROOT
from tests.examples.conftest import license_of
from tests.factories import PlanFactory, SeatFactory, StoreFactory, days, fresh_code


def end(license):
    license.terms.update(starts_at=days(-31), ends_at=days(-1))


def block(license):
    block_license(license=license, reason="Charged back.", at=now())


def shown(state):
    return state.name, state.protection


def run(product):
    """Start the program as a person does, and return what it says last."""
    setup = product.setup
    options = [f"--portal={setup.portal}", f"--machine-id={setup.machine_id}", f"--state-dir={setup.folder}"]
    command = [sys.executable, "-m", "examples.desktop", "--json", *options, "--client-id=demo-windows", "run"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False).stdout
    return json.loads(said.splitlines()[-1])


def test_trial_then_a_code_then_the_end_of_the_trial(device, customer, tokens_of):
    product = device()
    trial = PlanFactory(product__slug="security-cloud", kind=Plan.Kind.TRIAL)
    tried = redeem_code(user=customer, text=fresh_code(trial), at=now())
    assert shown(product.sign_in(tokens_of(customer, product))) == ("protected", "on")
    bought = redeem_code(user=customer, text=fresh_code(PlanFactory(product=trial.product)), at=now())
    end(tried)
    state = product.check_in()
    assert shown(state) == ("protected", "on")
    assert "moved to your other license" in state.text
    assert state.details["license"] == bought.support_key
    assert run(product)["name"] == "protected"


@pytest.mark.parametrize("stop", [end, block])
def test_license_that_ends_or_is_blocked(protected, customer, license, stop):
    other = license_of(customer, seats=5)
    stop(license)
    state = protected.check_in()
    assert (*shown(state), state.details["license"]) == ("protected", "on", other.support_key)
    assert Event.objects.filter(verb=Event.Verb.DEVICE_MOVED).count() == 2


def test_license_that_is_refunded(device, customer, tokens_of):
    product, store = device(), StoreFactory()
    plan = PlanFactory(product__slug="security-cloud")
    order, _new = place_order(client_id=store.pk, number="A-1", plan=plan.slug, email=customer.email, at=now())
    product.sign_in(tokens_of(customer, product))
    other = license_of(customer)
    refund_order(order=order, at=now())
    state = product.check_in()
    assert (*shown(state), state.details["license"]) == ("protected", "on", other.support_key)


@pytest.mark.parametrize(("stop", "name"), [(end, "expired"), (block, "blocked")])
def test_second_license_is_full_and_a_seat_of_it_is_freed(protected, customer, license, stop, name):
    in_the_way = SeatFactory(license=license_of(customer)).device
    stop(license)
    state = protected.check_in()
    assert shown(state) == (name, "off")
    assert [device["id"] for device in state.details["devices"]] == [in_the_way.pk]
    again = run(protected)
    assert (again["name"], again["details"]["devices"][0]["id"]) == ("seat_limit", in_the_way.pk)
    assert shown(protected.release(str(in_the_way.pk), None)) == ("protected", "on")


def test_license_that_comes_later_is_taken_at_the_next_start(protected, customer, license):
    end(license)
    assert shown(protected.check_in()) == ("expired", "off")
    assert run(protected)["name"] == "expired"
    for _license in range(2):
        license_of(customer)
    assert run(protected)["name"] == "protected"
    assert Seat.objects.held().exclude(license=license).count() == 1


def test_disconnected_is_a_farewell_also_with_another_license(protected, customer, license):
    license_of(customer)
    end(license)
    disconnect(device=Device.objects.get(), actor=customer, at=now())
    assert shown(protected.check_in()) == ("disconnected", "off")
    assert shown(protected.connect()) == ("disconnected", "off")
    assert not Seat.objects.held().exists()
