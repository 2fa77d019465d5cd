"""What the worker does. Each app names its own work in its `jobs.py`; the worker reads these when it starts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.module_loading import autodiscover_modules

from .models import Job


@dataclass(frozen=True)
class Queue:
    """Jobs in a table, and the function that works them off: `deliver(clock=…, stop=…)`."""

    model: type[Job]
    deliver: Callable[..., int]


@dataclass(frozen=True)
class Periodic:
    """A function to call with `at=…` each time this much has passed, by one worker. It is safe to call twice.

    What shares a lane is done one after the other; what takes long delays nothing in another lane.
    """

    do: Callable[..., object]
    every: timedelta
    lane: str = "housekeeping"


QUEUES: dict[str, Queue] = {}
PERIODIC: dict[str, Periodic] = {}


def load_table() -> None:
    """Let each app name its work, once."""
    autodiscover_modules("jobs")
