"""The example as a person runs it: what the terminal says, and what programs read."""

import json

import pytest
from django.utils.timezone import now

from devices.models import Device
from devices.services import disconnect
from examples.desktop.__main__ import COMMANDS, main
from tests.examples.leases import DAY
from tests.factories import standing


@pytest.fixture
def run(protected, capsys):
    """Return a function that runs a command on Anna's protected computer; it returns the code and what was said."""

    def run(*arguments: str):
        setup = protected.setup
        options = [f"--portal={setup.portal}", f"--machine-id={setup.machine_id}", f"--state-dir={setup.folder}"]
        code = main([*options, "--client-id=demo-windows", *arguments])
        return code, capsys.readouterr().out

    return run


def test_protected_in_words(run):
    assert run("status") == (0, "protected\n  This device is protected.\n")


def test_state_for_programs(run):
    code, said = run("--json", "check-in")
    state = json.loads(said)
    assert (code, state["state"], state["protection"]) == (0, "protected", "on")


def test_moved_clock(run, wire):
    wire.mode = "cut"
    code, said = run(f"--clock-offset={4 * DAY}", "status")
    assert code == 1
    assert said.startswith("limited\n  Offline for too long.")


def test_disconnected_does_not_ask_for_a_sign_in(run, customer):
    disconnect(device=Device.objects.get(), actor=customer, at=now())
    for command in ("check-in", "run", "connect", "status"):
        code, said = run(command)
        assert code == 1
        assert said.startswith("disconnected\n  Disconnected by ")


def test_licenses_are_listed(run, license):
    assert run("licenses") == (0, f"{license.support_key}   {standing(license).plan.slug}, 0 of 1 seats free\n")


def test_sign_out_says_that_the_seat_is_free(run):
    assert run("sign-out") == (0, "Signed out. The seat is free.\n")
    assert run("status")[1].startswith("signing in")


def test_sign_out_without_the_portal_says_where_to_free_the_seat(run, wire):
    wire.mode = "busy"
    code, said = run("sign-out")
    assert code == 1
    assert f"free the seat at {wire.url}/devices/" in said


def test_portal_out_of_reach_is_no_traceback(run, wire):
    wire.mode = "cut"
    code, said = run("licenses")
    assert code == 1
    assert said.startswith("The portal is out of reach (ConnectionError). Try again.\n")


def test_many_devices(run, protected, tmp_path):
    path = tmp_path / "tokens"
    path.write_text(protected.storage.tokens().access)
    code, said = run("simulate", "--devices=1", "--minutes=0.01", f"--tokens={path}")
    assert code == 1, "another machine, and no seat for it"
    assert "connect          1" in said
    assert "seat_limit" in said


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert [command for command in COMMANDS if command not in said] == []
