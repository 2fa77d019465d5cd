"""Deliver the outbox: once, or as the mail worker with `--watch`."""

import logging
import signal
import threading
import time

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection

from portal.outbox.services import deliver_due, prune_old

logger = logging.getLogger("portal.outbox")

POLL = 0.5
DATABASE_PAUSE = 5
PRUNE_EVERY = 3600


class Command(BaseCommand):
    help = "Hand the mails that wait in the outbox to the mail server."

    def add_arguments(self, parser):
        parser.add_argument("--watch", action="store_true", help="go on until stopped, looking every half second")

    def handle(self, *args, **options):
        if options["watch"]:
            return self.watch()
        return f"{deliver_due()} sent"

    def watch(self) -> None:
        """Deliver until SIGTERM or SIGINT; a database that is away is waited for."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("Waiting for mails …")
        self.stdout.flush()
        pruned = 0.0
        while not stop.is_set():
            close_old_connections()
            try:
                deliver_due()
                if time.monotonic() - pruned > PRUNE_EVERY:
                    prune_old()
                    pruned = time.monotonic()
            except DatabaseError as error:
                logger.warning("The database does not answer: %s", type(error).__name__)
                connection.close()
                stop.wait(DATABASE_PAUSE)
            stop.wait(POLL)
