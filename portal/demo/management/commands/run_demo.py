"""Prepare the demonstration and serve it: `make run` and `make dev` end here."""

import errno
import json
import os
import shlex
import signal
import socket
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections
from honcho.manager import Manager

from portal.demo import accounts, assets

# Two processes of four threads: a customer's slow download does not stop the others.
GUNICORN = (
    "-m gunicorn portal.wsgi --workers 2 --threads 4 --worker-class gthread --preload --no-control-socket"
    " --timeout 60 --graceful-timeout 3 --keep-alive 5 --log-level warning --bind"
)


class Command(BaseCommand):
    help = "Prepare the demonstration (database, static files, data) and run its web server and its mail worker."
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
        self.stdout.write(welcome(f"http://localhost:{port}"))
        self.stdout.flush()
        connections.close_all()
        if not prepare_only:
            sys.exit(serve(listen, port))

    def prepare(self) -> None:
        """Bring the database and the static files up to date; nothing changes where that is so already."""
        self.stdout.write("Preparing …")
        self.stdout.flush()
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
    """Run the web server and the mail worker until a signal comes or one of them ends; then neither is left."""
    python = shlex.quote(sys.executable)
    bind = shlex.quote(f"[{listen}]:{port}" if ":" in listen else f"{listen}:{port}")
    web = f"manage.py runserver {bind}" if settings.DEBUG else f"{GUNICORN} {bind}"
    environment = {**os.environ, "PORT": port, "PYTHONUNBUFFERED": "1"}
    manager = Manager()
    for name, command in {"web": web, "mail": "manage.py send_mails --watch"}.items():
        manager.add_process(name, f"exec {python} {command}", env=environment, cwd=str(settings.BASE_DIR))
    stop_with_parent()
    manager.loop()
    stopped_by_signal = manager.returncode in (130, 143)
    return 0 if stopped_by_signal else manager.returncode or 1


def stop_with_parent() -> None:
    """Stop as if told to when `make` is killed outright: nobody else would ever stop the servers then."""
    parent = os.getppid()

    def look(*_):
        if os.getppid() != parent:
            signal.setitimer(signal.ITIMER_REAL, 0)
            os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 1, 1)
