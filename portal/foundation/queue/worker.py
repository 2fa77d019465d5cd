"""Do something again and again until told to stop: what the workers have in common."""

import logging
import signal
import time
from collections.abc import Callable
from functools import partial
from threading import Event, Thread

from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import import_string

LOOK_EVERY = 0.5
DATABASE_PAUSE = 5

# What there is to do, and how many seconds after it was done last.
Jobs = dict[Callable[[], object], float]

logger = logging.getLogger("portal.foundation.queue.worker")


def work_until_told(*tables: Jobs, greeting: str) -> None:
    """Do the jobs until SIGTERM or SIGINT, those of each table side by side: what takes long delays no message."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    print(greeting, flush=True)
    helpers = [Thread(target=work, args=[jobs, stop]) for jobs in tables[1:]]
    for helper in helpers:
        helper.start()
    work(tables[0], stop)
    for helper in helpers:
        helper.join()


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


def housekeeping() -> Jobs:
    """Return what is tidied up by time, and every how many seconds: `settings.HOUSEKEEPING`, as functions."""
    return {partial(do_now, import_string(path)): every for path, every in settings.HOUSEKEEPING.items()}


def do_now(job: Callable[..., object]) -> object:
    """Do a job that is told what time it is."""
    return job(at=timezone.now())
