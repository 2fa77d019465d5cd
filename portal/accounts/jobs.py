"""What the worker does for accounts."""

from datetime import timedelta

from portal.foundation.queue.table import PERIODIC, Periodic

from .services import prune_unverified
from .sessions import prune_sessions

PERIODIC["old sessions"] = Periodic(prune_sessions, timedelta(hours=1))
PERIODIC["unverified accounts"] = Periodic(prune_unverified, timedelta(hours=1))
