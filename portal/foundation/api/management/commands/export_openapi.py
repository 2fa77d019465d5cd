"""Write the document of the API to docs/, where a test compares it."""

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.foundation.api.site import published


class Command(BaseCommand):
    help = "Write docs/openapi.json anew, after the API has changed."

    def handle(self, *args, **options):
        path = Path(settings.BASE_DIR) / "docs" / "openapi.json"
        path.write_text(json.dumps(published(), indent=2, ensure_ascii=False) + "\n", "utf-8")
        self.stdout.write(f"Wrote {path}")
