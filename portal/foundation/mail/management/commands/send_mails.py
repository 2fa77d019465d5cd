"""Deliver the outbox: once, or as the mail worker with `--watch`."""

from django.core.management.base import BaseCommand

from portal.foundation.mail.services import JOBS, deliver_due
from portal.foundation.queue.worker import work_until_told


class Command(BaseCommand):
    help = "Hand the mails that wait in the outbox to the mail server."
    # The web server checks; a worker that did would load every page, for half a second and 20 MB.
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--watch", action="store_true", help="go on until stopped, looking every half second")

    def handle(self, *args, **options):
        if not options["watch"]:
            return f"{deliver_due()} sent"
        return work_until_told(JOBS, greeting="Waiting for mails …")
