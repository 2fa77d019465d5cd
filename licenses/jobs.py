"""What the worker does for licenses."""

from datetime import datetime, timedelta

from portal.foundation.queue.table import PERIODIC, Periodic

from .services import announce_expiries, prune_attempts


def note_all_ends(*, at: datetime) -> None:
    """Notice the ends that passed, however many: each time a hundred, in a transaction of their own."""
    while announce_expiries(at=at):
        continue


# In a lane of its own: hashing a large file takes longer than a store should wait.
PERIODIC["ends of licenses"] = Periodic(note_all_ends, timedelta(seconds=30), lane="ends")
PERIODIC["old code attempts"] = Periodic(prune_attempts, timedelta(hours=1))
