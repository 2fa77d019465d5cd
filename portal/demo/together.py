"""Run several programs as one: they start together, stop together, and nothing of them is left."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

LEASH = Path(__file__).with_name("leash.py")
LOOK_EVERY = 0.1
PATIENCE = 8  # seconds to end on request


def run_together(commands: list[list[str]], **where: Any) -> int:
    """Run until a signal comes, a program ends, or whoever started us is gone. Returns an exit code.

    Each program is in a group of its own, so that Ctrl-C reaches only us, and its children end with it. It is on a
    leash, so that it also ends when we are killed and can tell nobody.
    """
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: told.append(number))
    parent = os.getppid()
    leash = [sys.executable, str(LEASH), str(os.getpid())]
    programs = [subprocess.Popen([*leash, *each], start_new_session=True, **where) for each in commands]  # noqa: S603
    while not told and os.getppid() == parent and all(program.poll() is None for program in programs):
        time.sleep(LOOK_EVERY)
    stop(programs)
    return 0 if told else 1


def stop(programs: list[subprocess.Popen]) -> None:
    """Ask all to end, wait for them, and end whatever did not."""
    for program in programs:
        send(program, signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    for program in programs:
        with suppress(subprocess.TimeoutExpired):
            program.wait(max(0, until - time.monotonic()))
        send(program, signal.SIGKILL)
        program.wait()


def send(program: subprocess.Popen, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # nobody is left; macOS says so in its own way
        os.killpg(program.pid, number)
