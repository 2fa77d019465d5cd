"""Bring every stored activation code under the current keys, so that an old key can be taken out of service."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from licenses.services import reseal_waiting_codes, rotate_keys


class Command(BaseCommand):
    help = (
        "Put the new key first in PORTAL_CODE_DIGEST_KEYS and PORTAL_CODE_SEAL_KEYS (comma separated), restart, "
        "run this, then take the old key out; after two weeks, no code is lost that waits in a visitor's session."
    )

    def handle(self, **options):
        try:
            changed = rotate_keys()
            reseal_waiting_codes()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{changed} codes are under the current keys.")
