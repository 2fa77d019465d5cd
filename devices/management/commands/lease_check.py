"""Explain a lease: whose it is, how long it runs, and whether it is genuine."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from devices.lease_report import explain_lease


class Command(BaseCommand):
    help = "Explain a lease; ends with 0 when it is genuine and runs, else with 1."

    def add_arguments(self, parser):
        parser.add_argument("file", help="a file with the lease in it; - reads what is typed or piped")

    def handle(self, *, file: str, **options):
        report = explain_lease(read(file), at=timezone.now())
        self.stdout.write(report.verdict.text)
        for note in report.notes:
            self.stdout.write(note)
        for name, value in report.rows:
            self.stdout.write(f"  {name}: {value}")
        if not report.verdict.is_good:
            sys.exit(1)


def read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    return data.decode(errors="replace")
