"""The example product against the real portal: each of its ten states, and what it never does."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from django.utils.timezone import now

from devices.models import Device
from devices.services import disconnect
from examples.desktop import machine, sign_in
from licenses.models import Seat
from licenses.services import block_license
from portal.foundation.crypto.keys import rotate_key
from portal.foundation.oauth.models import SignIn
from tests.environment import ROOT
from tests.examples.conftest import license_of
from tests.examples.leases import DAY, HOUR
from tests.factories import ProductFactory, SeatFactory, days

SILENCES = ["cut", "busy", "broken", "hotel", "too_many"]


def shown(state):
    return state.name, state.protection


def test_signing_in(device):
    product = device()
    assert (shown(product.state()), shown(product.check_in())) == (("signing_in", "off"), ("signing_in", "off"))


def test_protected(protected, customer):
    assert shown(protected.state()) == ("protected", "on")
    assert Seat.objects.held().get().device.machine_id == protected.setup.machine_id
    assert SignIn.objects.get().device_name == "Computer 1"
    assert protected.storage.tokens().email == customer.email


def test_protected_again_after_a_check_in(protected):
    before = protected.held_lease()
    assert shown(protected.check_in()) == ("protected", "on")
    assert protected.held_lease().jti != before.jti


def test_seat_limit_and_release(device, license, customer, tokens_of):
    old = SeatFactory(license=license).device
    product = device()
    state = product.sign_in(tokens_of(customer, product))
    assert shown(state) == ("seat_limit", "off")
    assert [found["id"] for found in state.details["devices"]] == [old.pk]
    assert shown(product.release(str(old.pk), None)) == ("protected", "on")
    assert Seat.objects.held().get().device.machine_id == product.setup.machine_id


def test_release_long_after_the_sign_in_asks_for_another(device, license, customer, tokens_of):
    old = SeatFactory(license=license).device
    product = device()
    product.sign_in(tokens_of(customer, product))
    SignIn.objects.update(authenticated_at=days(-1))
    get_tokens = tokens_of(customer, product, sign_in.ASK_FOR_PASSWORD)
    assert shown(product.release(str(old.pk), get_tokens)) == ("protected", "on")
    assert SignIn.objects.count() == 2


def test_sign_in_by_a_code(device, license, customer, client_of):
    product, person = device(), client_of(customer)

    def enter(begun):
        answer = person.post("/activate/", {"code": begun["user_code"], "action": "confirm"})
        assert answer.status_code == 200

    assert shown(product.sign_in(lambda: sign_in.by_code(product.portal, product.client, enter))) == ("protected", "on")
    assert product.storage.tokens().email == customer.email
    assert SignIn.objects.get().device_name == "Computer 1"


def test_code_that_a_person_refuses(device, customer, client_of):
    product, person = device(), client_of(customer)

    def refuse(begun):
        person.post("/activate/", {"code": begun["user_code"], "action": "refuse"})

    with pytest.raises(sign_in.SignInError):
        product.sign_in(lambda: sign_in.by_code(product.portal, product.client, refuse))
    assert shown(product.state()) == ("signing_in", "off")


def test_choose_a_license(device, license, customer, tokens_of):
    other = license_of(customer)
    product = device()
    state = product.sign_in(tokens_of(customer, product))
    assert shown(state) == ("choose_license", "off")
    assert len(state.details["licenses"]) == 2
    assert shown(product.connect(license=other.support_key)) == ("protected", "on")
    assert Seat.objects.held().get().license == other


def test_no_license(device, customer, tokens_of):
    ProductFactory(slug="security-cloud")
    product = device()
    assert shown(product.sign_in(tokens_of(customer, product))) == ("no_license", "off")
    assert product.sign_out() == ""
    assert not SignIn.objects.active().exists()


def test_disconnected_and_never_back_by_itself(protected, customer):
    disconnect(device=Device.objects.get(), actor=customer, at=now())
    state = protected.check_in()
    assert shown(state) == ("disconnected", "off")
    assert state.text.startswith("Disconnected by ")
    for attempt in (protected.check_in, protected.connect, protected.state):
        assert shown(attempt()) == ("disconnected", "off")
    assert not Seat.objects.held().exists()
    assert protected.storage.tokens() is None


def test_disconnected_while_the_access_token_is_old(protected, customer):
    """The refresh is what fails then, and it says why."""
    disconnect(device=Device.objects.get(), actor=customer, at=now())
    protected.storage.keep_tokens(replace(protected.storage.tokens(), access="old"))
    assert shown(protected.check_in()) == ("disconnected", "off")


def test_only_a_person_leads_back(protected, customer, tokens_of):
    disconnect(device=Device.objects.get(), actor=customer, at=now())
    protected.check_in()
    assert shown(protected.sign_in(tokens_of(customer, protected))) == ("protected", "on")


def test_expired(protected, license):
    license.terms.update(ends_at=days(-1))
    assert shown(protected.check_in()) == ("expired", "off")
    license.terms.update(ends_at=days(100))
    assert shown(protected.check_in()) == ("protected", "on")


def test_blocked(protected, license, staff):
    block_license(license=license, reason="Charged back.", actor=staff, at=now())
    assert shown(protected.check_in()) == ("blocked", "off")


def test_wound_back_clock(protected, clock):
    clock.ahead = -HOUR
    assert shown(protected.state()) == ("wrong_clock", "limited")
    clock.ahead = 0
    assert shown(protected.state()) == ("protected", "on")


def test_clock_that_is_years_ahead(protected, clock):
    clock.ahead = 1000 * DAY
    assert shown(protected.check_in()) == ("wrong_clock", "limited")
    clock.ahead = 0
    assert shown(protected.check_in()) == ("protected", "on")


def test_long_wait_of_the_portal_moves_the_next_check_in(protected, wire, clock):
    wire.mode = "too_many"
    protected.check_in()
    assert protected.next_check_in() >= clock() + 890


def test_waits_after_silence_grow(protected, wire, clock):
    wire.mode, waits = "cut", []
    for _time in range(3):
        protected.check_in()
        waits.append(protected.next_check_in() - clock())
    assert 40 < waits[0] < waits[1] < waits[2]


@pytest.mark.parametrize("silence", SILENCES)
def test_nothing_is_taken_away_before_the_lease_ends(protected, wire, clock, silence):
    wire.mode = silence
    assert shown(protected.check_in()) == ("out_of_reach", "on")
    clock.ahead = 3 * DAY - 60
    assert shown(protected.check_in()) == ("out_of_reach", "on")
    clock.ahead = 3 * DAY + 60
    assert shown(protected.check_in()) == ("limited", "limited")
    clock.ahead = 10 * DAY + 60
    assert shown(protected.check_in()) == ("limited", "off")
    clock.ahead, wire.mode = 0, "through"
    assert shown(protected.check_in()) == ("protected", "on")


def test_offline_until_the_license_has_ended(device, license, customer, tokens_of, wire, clock):
    license.terms.update(ends_at=days(1))
    product = device()
    product.sign_in(tokens_of(customer, product))
    wire.mode, clock.ahead = "cut", DAY + 60
    assert shown(product.check_in()) == ("expired", "off")


def test_sign_in_that_ended_elsewhere_keeps_protection_until_the_lease_ends(protected, customer):
    SignIn.objects.update(ended_at=now(), end=SignIn.End.PASSWORD_CHANGED)
    protected.storage.keep_tokens(replace(protected.storage.tokens(), access="old"))
    assert shown(protected.check_in()) == ("signing_in", "on")


def test_lost_answer_is_asked_for_again_and_takes_one_seat(device, license, customer, tokens_of, wire):
    product = device()

    def get_tokens():
        tokens = tokens_of(customer, product)()
        wire.mode = "lost"
        return tokens

    product.portal.sleep = lambda _seconds: setattr(wire, "mode", "through")
    assert shown(product.sign_in(get_tokens)) == ("protected", "on")
    assert Seat.objects.count() == 1


def test_long_silence_after_a_lost_answer(device, license, customer, tokens_of, wire):
    product = device()

    def get_tokens():
        tokens = tokens_of(customer, product)()
        wire.mode = "lost"
        return tokens

    assert shown(product.sign_in(get_tokens)) == ("out_of_reach", "off")
    wire.mode = "through"
    assert shown(product.check_in()) == ("protected", "on")
    assert Seat.objects.count() == 1


def test_new_key_of_the_portal_is_fetched(protected):
    rotate_key(purpose="lease", at=now())
    assert shown(protected.check_in()) == ("protected", "on")


def test_edited_lease_is_no_lease(protected):
    lease = protected.storage.memory().lease
    protected.storage.remember(lease=lease[:-8] + "AAAAAAAA")
    assert protected.state().protection == "off"


def test_lease_copied_to_another_machine_is_no_lease(protected, device):
    other = device(2)
    other.storage.remember(lease=protected.storage.memory().lease, keys=protected.storage.memory().keys)
    assert shown(other.state()) == ("signing_in", "off")


def test_sign_out_frees_the_seat_and_ends_the_tokens(protected):
    assert protected.sign_out() == ""
    assert not Seat.objects.held().exists()
    assert not SignIn.objects.active().exists()
    assert shown(protected.state()) == ("signing_in", "off")


def test_sign_out_without_the_portal_says_so(protected, wire):
    wire.mode = "cut"
    assert protected.sign_out() != ""
    assert shown(protected.state()) == ("signing_in", "off")


def test_change_of_account(protected, other_customer, tokens_of):
    license_of(other_customer)
    assert shown(protected.change_account(tokens_of(other_customer, protected))) == ("protected", "on")
    assert Seat.objects.held().get().holder == other_customer
    assert protected.storage.tokens().email == other_customer.email


def test_change_to_an_account_without_a_license_changes_nothing(protected, customer, other_customer, tokens_of):
    assert shown(protected.change_account(tokens_of(other_customer, protected))) == ("no_license", "on")
    assert shown(protected.check_in()) == ("protected", "on")
    assert Seat.objects.held().get().holder == customer


def test_two_processes_refresh_at_once(protected):
    protected.storage.keep_tokens(replace(protected.storage.tokens(), access="old"))
    setup = protected.setup
    options = [f"--portal={setup.portal}", f"--machine-id={setup.machine_id}", f"--state-dir={setup.folder}"]
    command = [sys.executable, "-m", "examples.desktop", "--json", *options, "--client-id=demo-windows", "check-in"]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _process in range(2)]
    said = [json.loads(process.communicate(timeout=30)[0].splitlines()[-1]) for process in processes]
    assert [state["name"] for state in said] == ["protected", "protected"]
    assert SignIn.objects.active().count() == 1


def test_machine_id_is_the_same_each_time_and_another_for_each_product(tmp_path):
    one = machine.machine_id("security-cloud", tmp_path)
    assert one == machine.machine_id("security-cloud", tmp_path) != machine.machine_id("safe-kids", tmp_path)
    assert len(bytes.fromhex(one)) == 16


def test_machine_without_an_identifier_gets_one_that_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "FILES", [])
    monkeypatch.setattr(machine.platform, "system", lambda: "Plan 9")
    assert machine.machine_id("x", tmp_path) == machine.machine_id("x", tmp_path)
