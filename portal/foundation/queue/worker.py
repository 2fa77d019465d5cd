"""Do what is due again and again until told to stop, whatever the database does meanwhile, and say what is late."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from threading import Event, Thread

from django.db import Error, close_old_connections, connection
from django.db.models import Count, Min

from .models import PeriodicRun
from .services import Clock
from .table import PERIODIC, QUEUES, Periodic

LOOK_EVERY = 0.5
REPORT_EVERY = 60
DATABASE_PAUSE = 5
# For how long periodic work may go on after that. It can be cut off anywhere: each batch is a transaction.
PATIENCE = 5

logger = logging.getLogger("portal.foundation.queue.worker")


def work_until(stop: Event, *, clock: Clock) -> None:
    """Work until told to stop; mails and messages that are in hand are finished first."""
    deliveries = [partial(queue.deliver, clock=clock, stop=stop) for queue in QUEUES.values()]
    periodic = [partial(run_due, works, clock=clock, stop=stop) for works in lanes()]
    delivering, running = ([start(each, stop) for each in threads] for threads in (deliveries, periodic))
    go_on(lambda: report(at=clock()), stop, REPORT_EVERY)
    for thread in delivering:
        thread.join()
    for thread in running:
        thread.join(PATIENCE)


def work_once(*, clock: Clock) -> dict[str, int]:
    """Do all that is due; return how many jobs of each queue were done."""
    run_due(PERIODIC, clock=clock)
    return {name: queue.deliver(clock=clock) for name, queue in QUEUES.items()}


def lanes() -> list[dict[str, Periodic]]:
    """Return the periodic work by lane."""
    names = dict.fromkeys(work.lane for work in PERIODIC.values())
    return [{name: work for name, work in PERIODIC.items() if work.lane == lane} for lane in names]


def start(do: Callable[[], object], stop: Event) -> Thread:
    thread = Thread(target=go_on, args=[do, stop, LOOK_EVERY], daemon=True)
    thread.start()
    return thread


def go_on(do: Callable[[], object], stop: Event, every: float) -> None:
    """Do it every so many seconds until told to stop; wait for a database that is away."""
    while not stop.is_set():
        close_old_connections()
        try:
            do()
        except Error as error:
            logger.warning("The database does not answer: %s", type(error).__name__)
            connection.close()
            stop.wait(DATABASE_PAUSE)
        except Exception:
            logger.exception("Something that the worker did went wrong; it goes on")
        stop.wait(every)
    connection.close()


def run_due(works: dict[str, Periodic], *, clock: Clock, stop: Event | None = None) -> None:
    """Do the periodic work whose time has come."""
    due = PeriodicRun.objects.filter(name__in=works)
    next_runs = dict(due.values_list("name", "next_run_at"))
    new = [PeriodicRun(name=name, next_run_at=clock()) for name in works if name not in next_runs]
    if new:
        PeriodicRun.objects.bulk_create(new, ignore_conflicts=True)
    for name, work in works.items():
        at = clock()
        if next_runs.get(name, at) <= at and not (stop and stop.is_set()):
            run(name, work, at=at)


def run(name: str, work: Periodic, *, at: datetime) -> None:
    """Do it, unless another worker was faster. What fails or dies is tried again when its time has come again."""
    mine = PeriodicRun.objects.filter(name=name, next_run_at__lte=at).update(next_run_at=at + work.every)
    if not mine:
        return
    try:
        work.do(at=at)
    except Error:
        raise
    except Exception:
        logger.exception("Periodic work failed: %s", name)


def report(*, at: datetime) -> None:
    """Say in one line what is due, and how late the oldest is."""
    runs = PeriodicRun.objects.filter(name__in=PERIODIC, next_run_at__lte=at)
    kinds = {name: queue.model.objects.due(at).order_by() for name, queue in QUEUES.items()}
    found = {name: due.aggregate(count=Count("pk"), oldest=Min("next_try_at")) for name, due in kinds.items()}
    found["periodic work"] = runs.aggregate(count=Count("pk"), oldest=Min("next_run_at"))
    logger.info("Due: %s", ", ".join(f"{name} {lateness(at=at, **facts)}" for name, facts in found.items()))


def lateness(*, count: int, oldest: datetime | None, at: datetime) -> str:
    """Return “3 (oldest 42 s late)”, or “0”."""
    return f"{count} (oldest {(at - oldest).total_seconds():.0f} s late)" if oldest else "0"
