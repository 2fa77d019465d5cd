"""Prepare the demonstration and serve it: `make run` and `make dev` end here."""

import errno
import json
import os
import socket
import sys

from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from portal.demo import accounts, assets
from portal.demo.together import run_together

# Two processes of four threads: a customer's slow download does not stop the others.
GUNICORN = [
    *("-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "portal.wsgi", "--preload", "--log-level", "warning"),
    *("--timeout", "60", "--graceful-timeout", "3", "--keep-alive", "5"),
]


class Command(BaseCommand):
    help = "Prepare the demonstration (database, static files, data) and run its web server and its worker."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--prepare-only", action="store_true", help="do not serve")

    def handle(self, *, prepare_only, **options):
        listen, port = os.environ.get("PORTAL_LISTEN", "127.0.0.1"), os.environ.get("PORT", "8000")
        if not prepare_only:
            refuse_busy_port(listen, port)
        try:
            self.prepare()
        except OperationalError as error:
            raise CommandError(f"The database of DATABASE_URL does not answer: {error}") from error
        except KeyboardInterrupt:
            sys.exit(130)
        self.stdout.write(welcome(settings.PORTAL_URL))
        self.stdout.flush()
        connections.close_all()
        if not prepare_only:
            sys.exit(serve(listen, port))

    def prepare(self) -> None:
        """Bring the database and the static files up to date; nothing changes where that is so already."""
        self.stdout.write("Preparing …")
        self.stdout.flush()
        for found in checks.run_checks(tags=[checks.Tags.database], databases=["default"]):
            raise CommandError(f"{found.msg}\n{found.hint}")
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        call_command("createcachetable", verbosity=0)
        if not settings.DEBUG:
            assets.collect_if_changed()
        if not accounts.are_loaded():
            call_command("load_demo", stdout=self.stdout, skip_checks=True)


def refuse_busy_port(listen: str, port: str) -> None:
    """Say clearly what gunicorn would say after many lines and five tries."""
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise CommandError(f"PORT must be a number from 1 to 65535, not {port!r}.")
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listen, int(port)))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Port {port} is in use by another program. Choose another one: make run PORT={int(port) + 1}"
                ) from error
            raise CommandError(f"Cannot listen on {listen}, port {port}: {error.strerror}.") from error


def welcome(address: str) -> str:
    """Return what a person needs to walk through the portal."""
    demo = json.loads(accounts.path().read_text("utf-8"))
    used = accounts.used_codes(demo["codes"])
    codes = [f"  {code}" + ("   (added already)" if code in used else "") for code in demo["codes"]]
    return "\n".join(
        [
            "",
            f"{settings.SITE_NAME}: {address}/",
            "",
            f"  Customer   {demo['customer']['email']}   {demo['customer']['password']}",
            f"  Staff      {demo['staff']['email']}   {demo['staff']['password']}   {address}/admin/",
            f"  Mails      {address}/dev/mail/",
            "",
            "Activation codes to add, each once:",
            *codes,
            "",
            f"The same is in {accounts.path()}. Press Ctrl-C to stop.",
            "",
        ]
    )


def serve(listen: str, port: str) -> int:
    """Run the web server and the worker until one of them ends or a signal comes; then none is left."""
    bind = f"[{listen}]:{port}" if ":" in listen else f"{listen}:{port}"
    web = ["manage.py", "runserver", bind] if settings.DEBUG else [*GUNICORN, "--bind", bind]
    environment = {**os.environ, "PORT": port, "PYTHONUNBUFFERED": "1"}
    programs = [[sys.executable, *web], [sys.executable, "manage.py", "work", "-v", "0"]]
    return run_together(programs, env=environment, cwd=settings.BASE_DIR)
