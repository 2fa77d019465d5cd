"""Tell stores what happened to what they sold: once, or as the worker of webhooks with `--watch`."""

import logging

from django.core.management.base import BaseCommand

from licenses.services import note_ends
from portal.webhooks.services import deliver_due, prune_old
from portal.worker import work_until_told

logger = logging.getLogger("portal.webhooks")

NOTE_EVERY = 30
PRUNE_EVERY = 3600


class Command(BaseCommand):
    help = "Send the messages that wait for the webhooks of stores, and notice licenses that ended."
    # The web server checks; a worker that did would load every page, for half a second and 20 MB.
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--watch", action="store_true", help="go on until stopped, looking every half second")

    def handle(self, *args, **options):
        if not options["watch"]:
            note_ends()
            return f"{deliver_due()} sent"
        jobs = {note_ends: NOTE_EVERY, deliver_due: 0, prune_old: PRUNE_EVERY}
        return work_until_told(jobs, logger=logger, greeting="Waiting for messages …")
