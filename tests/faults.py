"""A portal of production's kind under requests of every kind, while its database or its Redis is hurt.

`Portal` is gunicorn on a PostgreSQL and a Redis of its own. `Crowd` is one thread for each kind of request, which asks
again and again and notes what it heard. `FAULT_ROUNDS=5` hurts five times as often.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.environment import ROOT

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))
# As many that no limit of an account is reached: each kind asks about fifty times a round.
ACCOUNTS = 12 * ROUNDS
CODES = 60 * ROUNDS
PAUSE = 0.25
PATIENCE = 30  # seconds until a client gives up; the portal must never need them
TOKEN = "t" * 32  # of forms, in the cookie and in the form

DATA = f"""
import json, django
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone
from licenses.services import issue_codes
from tests.factories import *
def cookie(user):
    browser = Client()
    browser.force_login(user)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value
plan, app = PlanFactory(seats=50), AppFactory(id="laptop")
installer = InstallerFactory(product=plan.product)
store = StoreFactory(id="shop", secret=make_password("secret"))
accounts = []
for number in range({ACCOUNTS}):
    user = UserFactory()
    license = LicenseFactory(owner=user, product=plan.product, terms__plan=plan)
    sign_in = SignInFactory(user=user, client=app)
    accounts.append({{"email": user.email, "session": cookie(user), "token": give_token(sign_in)}})
codes = issue_codes(plan=PlanFactory(), count={CODES}, at=timezone.now()).codes
print(json.dumps({{
    "accounts": accounts, "staff": cookie(StaffFactory()), "codes": list(codes), "plan": plan.slug,
    "product": plan.product.slug, "file": installer.get_absolute_url(),
}}))
"""
COUNT = """
import json, django
django.setup()
from collections import Counter
from django.db.models import Count
from devices.models import Device
from licenses.models import ActivationCode, Order, Seat, Term
from licenses.code_keys import unseal
print(json.dumps({
    "codes": [unseal(code.sealed) for code in ActivationCode.objects.filter(term__isnull=False)],
    "terms_of_codes": Term.objects.filter(code__isnull=False).count(),
    "orders": list(Order.objects.values_list("number", flat=True)),
    "terms_of_orders": Term.objects.filter(order__isnull=False).count(),
    "devices": list(Device.objects.values_list("machine_id", flat=True)),
    "seats": list(Seat.objects.held().values_list("device__machine_id", flat=True)),
}))
"""


class Portal:
    """Gunicorn with two processes of four threads, as README.md starts it."""

    def __init__(self, folder: Path, database: str, **environment: str):
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (folder / "static").mkdir(exist_ok=True)
        self.log, self.process = folder / "log", None
        self.environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "SECRET_KEY": "only-for-these-tests-" * 4,
            "PORTAL_DATA_DIR": str(folder),
            "PORTAL_HOSTS": "localhost",
            "PORTAL_SITE_NAME": "My Portal",
            "PORTAL_CODE_DIGEST_KEYS": "d" * 64,
            "PORTAL_CODE_SEAL_KEYS": "e" * 64,
            "PORTAL_BEHIND_PROXY": "true",
            "PORTAL_PROXY_COUNT": "1",
            "DATABASE_URL": database,
            **environment,
        }

    def run(self, program: str) -> dict:
        """Run a program in the portal's environment, and return what it prints."""
        command = [sys.executable, "-c", program]
        answer = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    @contextmanager
    def serving(self, *, workers: int = 2, threads: int = 4) -> Iterator["Portal"]:
        command = [sys.executable, "-m", "gunicorn", "tests.probe:application", "--no-control-socket"]
        command += ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)]
        command += ["--bind", f"127.0.0.1:{self.port}"]
        with self.log.open("w") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        try:
            self.wait(process)
            yield self
        finally:
            process.terminate()
            process.wait(PATIENCE)

    @contextmanager
    def working(self) -> Iterator[None]:
        with self.log.open("w") as log:
            worker = [sys.executable, "manage.py", "work"]
            process = subprocess.Popen(worker, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        try:
            yield
            assert process.poll() is None, self.log.read_text()[-3000:]
        finally:
            process.terminate()
            process.wait(PATIENCE)

    def wait(self, process: subprocess.Popen) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            with suppress(requests.ConnectionError):
                answer = self.get("/probe/")
                assert answer.ok, self.log.read_text()[-3000:]
                return
            time.sleep(0.1)
        raise TimeoutError(self.log.read_text()[-3000:])

    def ask(self, method: str, path: str, *, session: str = "", headers: dict | None = None, **content):
        """Ask as a browser behind the proxy, each time from another address."""
        cookies = f"__Host-csrftoken={TOKEN}" + (f"; __Host-sessionid={session}" if session else "")
        origin = f"https://localhost:{self.port}"
        visitor = f"10.{time.monotonic_ns() // 65536 % 256}.{time.monotonic_ns() // 256 % 256}.{os.urandom(1)[0]}"
        proxy = {"Host": f"localhost:{self.port}", "X-Forwarded-Proto": "https", "X-Forwarded-For": visitor}
        everything = {"Cookie": cookies, "Origin": origin, **proxy, **(headers or {})}
        address = f"http://127.0.0.1:{self.port}{path}"
        return requests.request(method, address, headers=everything, timeout=PATIENCE, allow_redirects=False, **content)

    def get(self, path: str, **more):
        return self.ask("GET", path, **more)

    def post(self, path: str, form: dict, **more):
        return self.ask("POST", path, data={"csrfmiddlewaretoken": TOKEN, **form}, **more)


def kind_of(answer: requests.Response) -> str:
    """Name an answer: done, away (503 in our words, with the time to come back), or by its status."""
    if answer.ok:
        return "done"
    said = {
        "text/html": "We are back in a moment",
        "application/problem+json": '"code": "unavailable"',
        "application/json": '"error": "temporarily_unavailable"',
    }
    words = said.get(answer.headers.get("Content-Type", "").split(";")[0])
    in_our_words = bool(words) and words in answer.text and answer.headers.get("Cache-Control") == "no-store"
    if answer.status_code == 503 and in_our_words and answer.headers.get("Retry-After", "").isdigit():
        return "away"
    return f"{answer.status_code}: {answer.text[:300]}"


@dataclass
class Crowd:
    """One thread for each kind of request."""

    kinds: dict[str, Callable[[int], requests.Response]]
    heard: list[tuple[str, str, float, float]] = field(default_factory=list)  # kind, answer, seconds, when

    @contextmanager
    def asking(self) -> Iterator["Crowd"]:
        stop = threading.Event()
        threads = [threading.Thread(target=self.ask, args=[kind, stop], daemon=True) for kind in self.kinds]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            stop.set()
            for thread in threads:
                thread.join(2 * PATIENCE)

    def ask(self, kind: str, stop: threading.Event) -> None:
        number = 0
        while not stop.is_set():
            began = time.monotonic()
            try:
                answer = kind_of(self.kinds[kind](number))
            except requests.RequestException as error:
                answer = f"no answer: {error!r}"
            self.heard.append((kind, answer, time.monotonic() - began, time.monotonic()))
            number += 1
            stop.wait(PAUSE)

    def heard_by_all(self, answer: str, kinds: set[str], since: float, within: float) -> float:
        """Return how long after this moment the last of these kinds heard this answer."""
        while time.monotonic() < since + within:
            heard = {kind: at for kind, said, _took, at in reversed(self.heard) if said == answer and at > since}
            if kinds <= heard.keys():
                return max((heard[kind] for kind in kinds), default=since) - since
            time.sleep(0.05)
        raise AssertionError(f"not “{answer}” within {within} s: {kinds - heard.keys()}")

    def since(self, moment: float) -> Iterator[tuple[str, str, float]]:
        return ((kind, answer, took) for kind, answer, took, at in self.heard if at > moment)

    def table(self, began: float = 0.0) -> str:
        """Return kinds of request by kinds of answer, and the longest wait of each."""
        counts: dict[str, Counter] = {kind: Counter() for kind in self.kinds}
        longest = dict.fromkeys(self.kinds, 0.0)
        for kind, answer, took in self.since(began):
            counts[kind][answer if answer in {"done", "away"} else "other"] += 1
            longest[kind] = max(longest[kind], took)
        rows = [f"{kind:12}{c['done']:7}{c['away']:7}{c['other']:7}{longest[kind]:9.2f}" for kind, c in counts.items()]
        return "\n".join([f"{'':12}{'done':>7}{'503':>7}{'other':>7}{'longest':>9}", *rows])
