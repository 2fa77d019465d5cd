"""Do what waits in a table of jobs: each by one worker at a time, again later when it fails, given up in the end."""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event
from typing import Any, TypeVar

from django.db import Error, connection, transaction
from django.db.models import QuerySet

from .batches import delete_in_batches
from .models import LONGEST_ERROR, Job, JobQuerySet

logger = logging.getLogger("portal.foundation.queue")

J = TypeVar("J", bound=Job)
# A job takes as long as the network does: what was read before it is no longer the time after it.
Clock = Callable[[], datetime]
# What a job's own columns shall say.
Facts = dict[str, Any]


class TryLaterError(Exception):
    """The job failed this time. Its own columns may note how; `wait` is how long to wait at least."""

    def __init__(self, error: str, *, wait: timedelta = timedelta(0), **facts: Any) -> None:
        super().__init__(error)
        self.error, self.wait, self.facts = error, wait, facts


class GiveUpError(Exception):
    """The job can never be done; the text says why, to staff."""


def work_off(
    model: type[J],
    do: Callable[[J, Clock], Facts],
    *,
    clock: Clock,
    stop: Event | None = None,
    limit: int | None = None,
) -> int:
    """Do the jobs that are due, oldest first, until none is left or somebody says stop; return how many were done.

    `do` returns what to note in the job's own columns, or raises `TryLaterError` or `GiveUpError`.
    """
    tried = done = 0
    while tried != limit and not (stop and stop.is_set()) and (job := claim(model, at=clock())):
        done += attempt(job, do, clock)
        tried += 1
    return done


def claim(model: type[J], *, at: datetime) -> J | None:
    """Take the oldest due job in hand, so that no other worker does; None when there is none."""
    due: JobQuerySet = model.objects.next_due(at)
    if connection.features.has_select_for_update_skip_locked:
        with transaction.atomic():
            job = due.select_for_update(skip_locked=True, of=("self",)).first()
            return take(job, at) if job else None
    # SQLite locks no rows. There, who changes the moment of the next try first has the job.
    while job := due.first():
        if take(job, at):
            return job
    return None


def take(job: J, at: datetime) -> J | None:
    """Note that this job is in hand; None if it no longer is as it was read."""
    until, tries = at + job.IN_HAND, job.tries + 1
    as_read = type(job).objects.waiting().filter(pk=job.pk, next_try_at=job.next_try_at)
    if not as_read.update(next_try_at=until, tries=tries):
        return None
    job.next_try_at, job.tries = until, tries
    return job


def attempt(job: J, do: Callable[[J, Clock], Facts], clock: Clock) -> bool:
    """Try a job that is in hand, and record the outcome. For a database that is away the worker waits, not the job."""
    try:
        facts = do(job, clock)
    except GiveUpError as error:
        give_up(job, str(error), {}, at=clock())
    except TryLaterError as error:
        try_later(job, error, at=clock())
    except Error:
        raise
    except Exception as error:
        logger.exception("%s", name_of(job))
        try_later(job, TryLaterError(type(error).__name__), at=clock())
    else:
        # Whoever has it in hand by now, or gave it up: it is done.
        ended = {"done_at": clock(), "given_up_at": None, "last_error": "", **facts}
        return bool(type(job).objects.filter(pk=job.pk, done_at__isnull=True).update(**ended))
    return False


def try_later(job: Job, failure: TryLaterError, *, at: datetime) -> None:
    """Let a job that failed wait, each time about twice as long; give it up after its time."""
    if job.tried_since < at - job.GIVE_UP_AFTER:
        return give_up(job, failure.error, failure.facts, at=at)
    logger.warning("%s failed: %s", name_of(job), failure.error or failure.facts)
    next_try_at = at + max(back_off(job), failure.wait)
    return record(job, next_try_at=next_try_at, last_error=failure.error[:LONGEST_ERROR], **failure.facts)


def give_up(job: Job, reason: str, facts: Facts, *, at: datetime) -> None:
    logger.error("%s is given up: %s", name_of(job), reason or facts)
    record(job, given_up_at=at, last_error=reason[:LONGEST_ERROR], **facts)


def record(job: Job, **facts: Any) -> None:
    """Note how a try failed, unless another worker has the job in hand by now."""
    type(job).objects.waiting().filter(pk=job.pk, next_try_at=job.next_try_at).update(**facts)


def back_off(job: Job) -> timedelta:
    return jittered(min(job.FIRST_WAIT * 2 ** min(job.tries - 1, 20), job.LONGEST_WAIT))


def jittered(wait: timedelta) -> timedelta:
    """Return about this time; jobs that failed together should not come back all at once."""
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 (no secret)


def try_again(jobs: QuerySet, *, at: datetime) -> int:
    """Make these jobs due, whatever became of them, and count their time anew; return how many."""
    return jobs.update(next_try_at=at, tried_since=at, done_at=None, given_up_at=None)


def prune(model: type[Job], *, at: datetime) -> int:
    """Delete jobs that were done or given up long ago; return how many."""
    before = at - model.KEPT_FOR
    old = [model.objects.filter(done_at__lt=before), model.objects.filter(given_up_at__lt=before)]
    return sum(map(delete_in_batches, old))


def name_of(job: Job) -> str:
    return f"{type(job).__name__} {job.pk}"
