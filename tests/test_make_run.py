"""`make run` as a stranger types it: prepared once, served at once, stopped as a whole."""

import hashlib
import json
import os
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import time
from contextlib import closing
from http.client import HTTPConnection

import pytest
from django.db import connection

from tests.environment import ROOT

pytestmark = [pytest.mark.make_run, pytest.mark.django_db]

OURS = re.compile("PORTAL_|DJANGO_|CACHE_URL|EMAIL_URL|SECRET_KEY|DATABASE_URL|MAKE|MFLAGS|PYTEST")


class Portal:
    """A portal that `make` runs, with a data directory of its own."""

    def __init__(self, environment: dict[str, str], target: str = "run"):
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {**environment, "PORT": str(self.port)}
        self.log = (ROOT / environment["PORTAL_DATA_DIR"]).with_suffix(".log")
        with self.log.open("w") as log:
            # A session of its own, so that a signal to its group is what Ctrl-C in a terminal is.
            self.make = subprocess.Popen(
                ["make", target], cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.wait_for(lambda: self.make.poll() is not None or self.status("/account/login/") == 200, 300)
        self.family = descendants(self.make.pid)

    def status(self, path: str) -> int | None:
        try:
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as browser:
                browser.request("GET", path)
                return browser.getresponse().status
        except OSError:
            return None

    def wait_for(self, happened, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not happened() and time.monotonic() < end:
            time.sleep(0.05)
        return happened()

    def process(self, words: str) -> int:
        """Return the oldest process with these words in its command."""
        return min(number for number, command in self.family.items() if words in command)

    def is_gone(self) -> bool:
        return self.wait_for(lambda: not any(map(is_alive, self.family)), 12)

    def stop(self) -> None:
        self.make.terminate()
        self.make.wait(15)

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8")


def descendants(parent: int) -> dict[int, str]:
    """Return the commands of a process and of all that it started, by number."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(maxsplit=2) for line in listing.stdout.splitlines()]
    family = {parent: "make"}
    for _generation in range(6):
        family |= {int(pid): args for pid, ppid, args in rows if int(ppid) in family}
    return family


def seconds_computed() -> float:
    """Return the processor time of all processes that we started and that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def is_alive(number: int) -> bool:
    """Tell whether a process runs; one that ended and was not asked about by its parent does not."""
    answer = subprocess.run(["ps", "-o", "stat=", "-p", str(number)], capture_output=True, text=True)
    return bool(answer.stdout.strip()) and not answer.stdout.startswith("Z")


@pytest.fixture(scope="module")
def environment(tmp_path_factory, django_db_setup, django_db_blocker):
    """A data directory with a space in its name; on PostgreSQL also an empty database."""
    folder = tmp_path_factory.mktemp("run") / "my data"
    environment = {name: value for name, value in os.environ.items() if not OURS.match(name)}
    environment["PORTAL_DATA_DIR"] = str(folder)
    if connection.vendor == "postgresql":
        environment["DATABASE_URL"] = os.environ["DATABASE_URL"].rpartition("/")[0] + "/run"
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            cursor.execute("CREATE DATABASE run")
    yield environment
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def first(environment):
    """The first start; running while the first tests look at it."""
    portal = Portal(environment)
    yield portal
    portal.stop()


@pytest.fixture
def stopped(first, environment):
    """The environment of a portal that was started once and is not running any more."""
    first.stop()
    return environment


@pytest.fixture
def demo(first, environment):
    path = ROOT / environment["PORTAL_DATA_DIR"] / "demo.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return json.loads(path.read_text("utf-8"))


def test_first_start_serves_and_prints_what_one_needs(first, demo):
    for path in ("/account/login/", "/dev/mail/"):
        assert first.status(path) == 200
    for promised in (f"http://localhost:{first.port}/", *demo["customer"].values(), *demo["staff"].values()):
        assert promised in first.said
    assert len(demo["codes"]) == 3
    assert [code for code in demo["codes"] if code not in first.said] == []


def test_only_the_owner_reads_the_keys(first, environment):
    keys = ROOT / environment["PORTAL_DATA_DIR"] / "portal.env"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600


def test_busy_port_is_told_in_one_line(first):
    answer = subprocess.run(["make", "run"], cwd=ROOT, env=first.environment, capture_output=True, text=True)
    assert answer.returncode != 0
    assert f"Port {first.port} is in use by another program. Choose another one: make run PORT=" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_commands_by_hand_find_the_same_data(first, environment):
    command = [".venv/bin/python", "manage.py", "issue_codes", "--plan", "security-cloud-personal-3-1y"]
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert re.fullmatch(r"([0-9A-Z]{5}-){4}[0-9A-Z]{5}\n", answer.stdout), answer.stderr


def test_installers_are_real_files(first, environment):
    stored = list((ROOT / environment["PORTAL_DATA_DIR"] / "uploads" / "installers").glob("*/*"))
    assert len(stored) >= 20
    for path in stored:
        assert path.name == hashlib.sha256(path.read_bytes()).hexdigest()
        assert path.stat().st_size >= 5 * 1024**2
        assert b"DEMONSTRATION FILE" in path.read_bytes()[:100]


def test_terminating_make_stops_everything(first):
    first.stop()
    assert first.is_gone()
    assert first.status("/account/login/") is None


def test_second_start_is_quick_and_changes_nothing(stopped):
    path = ROOT / stopped["PORTAL_DATA_DIR"] / "demo.json"
    before, used = path.read_bytes(), seconds_computed()
    second = Portal(stopped)
    os.killpg(second.make.pid, signal.SIGINT)
    second.make.wait(15)
    assert second.is_gone(), "Ctrl-C left something running"
    # A first start takes about 13, a second one 4; beside other tests the same work counts half as much again.
    assert seconds_computed() - used < 8
    assert path.read_bytes() == before
    assert "Loading" not in second.said
    assert json.loads(before)["customer"]["password"] in second.said


def test_one_does_not_live_without_the_other(stopped):
    portal = Portal(stopped)
    os.kill(portal.process("gunicorn"), signal.SIGKILL)
    assert portal.make.wait(15) != 0
    assert portal.is_gone()


def test_killing_make_leaves_nothing(stopped):
    portal = Portal(stopped)
    portal.make.kill()
    portal.make.wait(15)
    assert portal.is_gone()


def test_killing_the_demonstration_leaves_nothing(stopped):
    portal = Portal(stopped)
    os.kill(portal.process("run_demo"), signal.SIGKILL)
    portal.make.wait(15)
    assert portal.is_gone()


def test_make_dev_serves_with_debug(stopped):
    portal = Portal(stopped, "dev")
    page = portal.status("/dev/mail/"), portal.status("/no-such-page/")
    portal.stop()
    assert portal.is_gone()
    assert page == (200, 404)
    assert "runserver" in " ".join(portal.family.values())
