"""Run several programs as one: they start together, stop together, and nothing of them is left."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread

LOOK_EVERY = 0.1
PATIENCE = 8  # seconds to end on request


def run_together(commands: list[list[str]], workers: Sequence[Thread] = (), **where) -> int:
    """Run until a signal comes, a program or one of our own workers ends, or whoever started us is gone.

    Returns an exit code.

    Each program leads a group of its own, so that Ctrl-C reaches only us, and its children end with it.
    """
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: told.append(number))
    parent = os.getppid()
    programs = [subprocess.Popen(command, start_new_session=True, **where) for command in commands]  # noqa: S603 (ours)
    for worker in workers:
        worker.start()
    while not told and os.getppid() == parent and all_live(programs, workers):
        time.sleep(LOOK_EVERY)
    stop(programs)
    return 0 if told else 1


def all_live(programs: list[subprocess.Popen], workers: Sequence[Thread]) -> bool:
    return all(program.poll() is None for program in programs) and all(worker.is_alive() for worker in workers)


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
