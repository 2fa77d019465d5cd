"""The one process beside the web server: `manage.py work`."""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from portal.foundation.queue.table import load_table
from portal.foundation.queue.worker import work_once, work_until


class Command(BaseCommand):
    help = (
        "Do all that waits and what comes round: mails, webhooks, whatever the apps registered. Several of these side "
        "by side do nothing twice."
    )
    # The web server checks; a worker that did would load every page, for half a second and 20 MB.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do all that is due, and end")

    def handle(self, *, once: bool, verbosity: int, **options: Any) -> str | None:
        load_table()
        if once:
            done = work_once(clock=timezone.now)
            return "Done: " + ", ".join(f"{name} {count}" for name, count in done.items())
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        if verbosity:
            self.stdout.write("Waiting for work …")
            self.stdout.flush()
        work_until(stop, clock=timezone.now)
        return None
