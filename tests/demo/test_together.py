"""Programs that run together end together, whenever and however that happens."""

import signal
import subprocess
import sys
import time

import pytest

from tests.environment import ROOT

# Two programs; the first one has a child of its own. Each says its number, so that we can ask for it afterwards.
RUN = """
import sys
from portal.demo.together import run_together
sys.exit(run_together([["sh", "-c", {first!r}], ["sh", "-c", {second!r}]]))
"""
FOR_EVER = "echo $$; sleep 300 & echo $!; wait"
PATIENCE = 60  # seconds; a busy machine is slow, not wrong


def start(first: str = FOR_EVER, second: str = FOR_EVER) -> subprocess.Popen:
    command = [sys.executable, "-c", RUN.format(first=first, second=second)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)


def is_alive(number: str) -> bool:
    answer = subprocess.run(["ps", "-o", "stat=", "-p", number.strip()], capture_output=True, text=True)
    return bool(answer.stdout.strip()) and not answer.stdout.startswith("Z")


def nothing_is_left(numbers: list[str]) -> bool:
    end = time.monotonic() + PATIENCE
    while any(map(is_alive, numbers)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(is_alive, numbers))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_all(number):
    portal = start()
    programs = [portal.stdout.readline() for _line in range(4)]
    portal.send_signal(number)
    portal.communicate(timeout=PATIENCE)
    assert portal.returncode == 0
    assert nothing_is_left(programs)


def test_signal_while_they_start_ends_all():
    portal = start()
    programs = [portal.stdout.readline()]
    portal.terminate()
    programs += portal.communicate(timeout=PATIENCE)[0].split()
    assert portal.returncode == 0
    assert nothing_is_left(programs)


@pytest.mark.parametrize("end", ["exit 0", "exit 3", "kill -9 $$"])
def test_end_of_one_ends_the_other_and_is_no_success(end):
    portal = start(second=f"sleep 0.5; {end}")
    programs = portal.communicate(timeout=PATIENCE)[0].split()
    assert portal.returncode == 1
    assert len(programs) == 2
    assert nothing_is_left(programs)


def test_program_that_does_not_listen_is_killed():
    portal = start(second="trap '' TERM; echo $$; while true; do sleep 1; done")
    programs = [portal.stdout.readline() for _line in range(3)]
    portal.terminate()
    portal.communicate(timeout=PATIENCE)
    assert nothing_is_left(programs)


def test_death_of_the_parent_ends_all():
    run = RUN.format(first=FOR_EVER, second=FOR_EVER)
    make = [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {run!r}])"]
    parent = subprocess.Popen(make, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    programs = [parent.stdout.readline() for _line in range(4)]
    parent.kill()
    parent.communicate(timeout=PATIENCE)
    assert nothing_is_left(programs)


def test_death_of_our_own_ends_all():
    portal = start()
    programs = [portal.stdout.readline() for _line in range(4)]
    portal.kill()
    portal.communicate(timeout=PATIENCE)
    assert nothing_is_left(programs)
