"""Write the table of refusals to docs/, where a test compares it."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.foundation.api.refusal_table import document


class Command(BaseCommand):
    help = "Write docs/codes.md anew, after a refusal has changed."

    def handle(self, *args, **options):
        path = Path(settings.BASE_DIR) / "docs" / "codes.md"
        path.write_text(document(), "utf-8")
        self.stdout.write(f"Wrote {path}")
