"""Give a webhook endpoint a new secret, and print it this once."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.foundation.webhooks.models import OVERLAP, Endpoint
from portal.foundation.webhooks.services import rotate_secret


class Command(BaseCommand):
    help = "Print a new secret of a webhook endpoint; for a day messages carry the old signature as well."

    def add_arguments(self, parser):
        parser.add_argument("address", help="the address of the endpoint, as the admin shows it")
        parser.add_argument("--store", default="", help="client id of the store, if several listen there")

    def handle(self, *, address, store, **options):
        found = Endpoint.objects.filter(url=address, **({"client_id": store} if store else {}))
        if len(found) != 1:
            raise CommandError(f"{len(found)} endpoints have this address. Name the store with --store.")
        _endpoint, secret = rotate_secret(endpoint=found[0], at=timezone.now())
        self.stdout.write(secret)
        hours = OVERLAP.total_seconds() / 3600
        self.stderr.write(f"The old secret signs {hours:.0f} hours longer.")
