"""What the worker does for the API."""

from datetime import timedelta

from portal.foundation.queue.table import PERIODIC, Periodic

from .idempotency import prune_answers
from .throttles import prune_counts

PERIODIC["old counts"] = Periodic(prune_counts, timedelta(hours=1))
PERIODIC["old answers"] = Periodic(prune_answers, timedelta(hours=1))
