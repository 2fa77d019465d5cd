"""Tell stores what happened to what they sold: once, or as the worker of webhooks with `--watch`."""

from django.core.management.base import BaseCommand

from licenses.services.announcements import JOBS, note_ends
from portal.foundation.queue.worker import housekeeping, work_until_told
from portal.foundation.webhooks.services import deliver_due


class Command(BaseCommand):
    help = "Send the messages that wait for the webhooks of stores, notice licenses that ended, and tidy up."
    # The web server checks; a worker that did would load every page, for half a second and 20 MB.
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--watch", action="store_true", help="go on until stopped, looking every half second")

    def handle(self, *args, **options):
        if not options["watch"]:
            note_ends()
            for tidy_up in housekeeping():
                tidy_up()
            return f"{deliver_due()} sent"
        return work_until_told(JOBS, housekeeping(), greeting="Waiting for messages …")
