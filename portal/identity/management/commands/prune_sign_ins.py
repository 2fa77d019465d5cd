"""Once a day: end sign-ins that are too old, forget what is of no use any more."""

from django.core.management.base import BaseCommand

from portal.identity.services import prune_sign_ins


class Command(BaseCommand):
    help = "End sign-ins of devices that are too old, and delete expired tokens and codes. Run it once a day."

    def handle(self, **options):
        done = prune_sign_ins()
        self.stdout.write(
            f"{done['ended']} sign-ins ended; deleted {done['sign_ins']} old ones, {done['tokens']} tokens and "
            f"{done['grants']} codes."
        )
