"""What the worker does for webhooks."""

from datetime import timedelta

from portal.foundation.queue.table import PERIODIC, QUEUES, Periodic, Queue

from .models import Delivery
from .services import deliver_due, prune_messages

QUEUES["webhooks"] = Queue(Delivery, deliver_due)
PERIODIC["old webhooks"] = Periodic(prune_messages, timedelta(hours=1))
