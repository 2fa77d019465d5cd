"""What the worker does for sign-ins."""

from datetime import timedelta

from portal.foundation.queue.table import PERIODIC, Periodic

from .services import prune_sign_ins

PERIODIC["old sign-ins"] = Periodic(prune_sign_ins, timedelta(hours=1))
