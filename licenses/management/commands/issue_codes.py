"""Print fresh activation codes, one a line, and nothing else on standard output."""

import csv
import json

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from licenses.models import Plan
from licenses.services import issue_codes
from licenses.sheets import code_rows


class Command(BaseCommand):
    help = "Issue activation codes of a plan and print them: they are shown this once and never again."

    def add_arguments(self, parser):
        parser.add_argument("--plan", required=True, help="short name of a plan, like security-cloud-personal-3-1y")
        parser.add_argument("--count", type=int, default=1, help="how many codes")
        parser.add_argument("--format", choices=["text", "csv", "json"], default="text")
        parser.add_argument("--name", default="", help="name of the batch, for the staff")

    def handle(self, *, plan, count, format, name, **options):
        try:
            found = self.find_plan(plan)
            with tqdm(total=count, unit=" codes", file=self.stderr, disable=count < 1000) as bar:
                issue = issue_codes(plan=found, count=count, name=name, progress=bar.update, at=timezone.now())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        write = {"text": self.write_text, "csv": self.write_csv, "json": self.write_json}[format]
        write(issue)

    def find_plan(self, slug: str) -> Plan:
        try:
            return Plan.objects.get(slug=slug)
        except Plan.DoesNotExist as error:
            known = ", ".join(Plan.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no plan {slug}. Plans: {known}") from error

    def write_text(self, issue):
        for code in issue.codes:
            self.stdout.write(code)

    def write_csv(self, issue):
        csv.writer(self.stdout, lineterminator="").writerows(code_rows(*issue))

    def write_json(self, issue):
        self.stdout.write("[", ending="")
        for number, code in enumerate(issue.codes):
            row = json.dumps({"code": code, "plan": issue.batch.plan.slug})
            self.stdout.write(("," if number else "") + "\n" + row, ending="")
        self.stdout.write("\n]")
