"""What the worker does for mails."""

from datetime import timedelta
from functools import partial

from portal.foundation.queue.services import prune
from portal.foundation.queue.table import PERIODIC, QUEUES, Periodic, Queue

from .models import Mail
from .services import deliver_due

QUEUES["mails"] = Queue(Mail, deliver_due)
PERIODIC["old mails"] = Periodic(partial(prune, Mail), timedelta(hours=1))
