"""Real threads, each with its own connection, let loose at the same instant, round after round.

A test of a race must have seen the race: `ROUNDS` rounds of 16 threads behind a barrier, on whatever database the suite
runs on. Only PostgreSQL shows a read-then-write mistake. `RACE_ROUNDS` makes them more: CI's full profile runs 40.
"""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection

ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))
THREADS = 16
LONGEST_ROUND = 120  # seconds; a round that takes longer is a deadlock
AT_SQLITES_DOOR = threading.Lock()


@dataclass
class Round:
    """What one round started with, and what each thread came out with."""

    prepared: Any
    results: list = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)


def race(
    act: Callable[[Any, int], Any], *, prepare: Callable[[], Any], threads: int = THREADS, rounds: int = ROUNDS
) -> Iterator[Round]:
    """Run `act(prepared, number)` in all threads at once, `rounds` times, and yield each round when it is over.

    A `ValidationError` is a refusal, kept by its code; anything else that is raised is an error that no rule foresaw.
    """
    gate = threading.Barrier(threads + 1, timeout=LONGEST_ROUND)
    current: list[Round | None] = [None]

    def run(number: int) -> None:
        connection.execute_wrappers.append(one_waits_for_sqlite)
        while True:
            gate.wait()
            this = current[0]
            if this is None:
                connection.close()
                return
            try:
                this.results.append(act(this.prepared, number))
            except ValidationError as refusal:
                this.refusals.append(refusal.code)
            except Exception as error:  # the test asserts that there is none
                this.errors.append(error)
            gate.wait()

    racers = [threading.Thread(target=run, args=[number], daemon=True) for number in range(threads)]
    for racer in racers:
        racer.start()
    try:
        for _round in range(rounds):
            current[0] = Round(prepare())
            gate.wait()
            gate.wait()
            yield current[0]
    finally:
        current[0] = None
        if not gate.broken:
            gate.wait()
        for racer in racers:
            racer.join(LONGEST_ROUND)


def one_waits_for_sqlite(execute, sql, *rest):
    """Let one racer at a time ask SQLite for the write lock: sixteen would sleep longer and longer between two looks.

    Nothing else waits here, so what is read and written after that meets as it does without.
    """
    if sql != "BEGIN IMMEDIATE":
        return execute(sql, *rest)
    with AT_SQLITES_DOOR:
        return execute(sql, *rest)
