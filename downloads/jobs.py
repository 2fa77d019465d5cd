"""What the worker does for downloads."""

from datetime import timedelta

from portal.foundation.queue.table import PERIODIC, Periodic

from .services import check_files, prune_links

PERIODIC["old links"] = Periodic(prune_links, timedelta(hours=1))
PERIODIC["damaged files"] = Periodic(check_files, timedelta(hours=1))
