"""Do something again and again until told to stop: what the workers of mails and of webhooks have in common."""

import logging
import signal
import time
from collections.abc import Callable
from threading import Event

from django.db import Error, close_old_connections, connection

LOOK_EVERY = 0.5
DATABASE_PAUSE = 5

# What there is to do, and how many seconds after it was done last.
Jobs = dict[Callable[[], object], float]

logger = logging.getLogger("portal.worker")


def work_until_told(jobs: Jobs, *, greeting: str) -> None:
    """Do the jobs until SIGTERM or SIGINT."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    print(greeting, flush=True)
    work(jobs, stop)


def work(jobs: Jobs, stop: Event) -> None:
    """Do each job at its time until told to stop; wait for a database that is away."""
    due = dict.fromkeys(jobs, 0.0)
    while not stop.is_set():
        close_old_connections()
        try:
            do_what_is_due(jobs, due)
        except Error as error:
            logger.warning("The database does not answer: %s", type(error).__name__)
            connection.close()
            stop.wait(DATABASE_PAUSE)
        stop.wait(LOOK_EVERY)


def do_what_is_due(jobs: Jobs, due: Jobs) -> None:
    for job, every in jobs.items():
        if due[job] <= time.monotonic():
            job()
            due[job] = time.monotonic() + every
