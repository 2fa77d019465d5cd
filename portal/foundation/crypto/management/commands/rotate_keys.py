"""Make a new signing key; what the old one signed stays good for thirty days."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.foundation.crypto.keys import SERVED_FOR, rotate_key
from portal.foundation.crypto.purposes import PURPOSES


class Command(BaseCommand):
    help = "Make a new key that signs for a purpose from now on."

    def add_arguments(self, parser):
        parser.add_argument("purpose", choices=list(PURPOSES))

    def handle(self, *, purpose: str, **options):
        key = rotate_key(purpose=purpose, at=timezone.now())
        self.stdout.write(f"{key.kid} signs from now on. The key before is served for {SERVED_FOR.days} more days.")
