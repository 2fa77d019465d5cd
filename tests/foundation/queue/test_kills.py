"""Two workers, killed without warning while much waits: each mail and message arrives, once by its id, in its order.

Killed between the hand-over and the row that says so, a worker leaves a job that is handed over again. For that mails
and messages have ids, and ids are what is counted here. `KILLS=20` kills more often.
"""

import os
import random
import signal
import subprocess
import sys
import time
from email import message_from_bytes

import pytest
from django.conf import settings as portal
from django.core.mail import send_mail
from django.db import connection

from portal.foundation.mail.models import Mail
from portal.foundation.webhooks.models import Delivery
from tests.environment import ROOT

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
KILLS = int(os.environ.get("KILLS", "3"))
PATIENCE = 60
SUBJECTS = [f"{number:04}-0000-0000" for number in range(8)]
# `manage.py work`, but what a dead worker had in hand is due again soon.
WORKER = """
import django
django.setup()
from datetime import timedelta
from django.core.management import call_command
from portal.foundation.mail.models import Mail
from portal.foundation.webhooks.models import Delivery
Mail.IN_HAND = Delivery.IN_HAND = timedelta(seconds=5)
call_command("work", verbosity=0)
"""


@pytest.fixture
def mails(settings):
    """Let mails wait in the outbox; returns the folder into which workers of the demonstration put them."""
    settings.EMAIL_BACKEND = "portal.foundation.mail.backend.OutboxBackend"
    folder = portal.DATA_DIR / "mail"
    for path in folder.glob("*"):
        path.unlink()
    return folder


@pytest.fixture
def start_worker():
    """Return a function that starts a worker on the database of this test."""
    name = connection.settings_dict["NAME"]
    postgres = os.environ.get("DATABASE_URL", "").rpartition("/")[0]
    url = f"{postgres}/{name}" if connection.vendor == "postgresql" else f"sqlite:///{name}"
    started = []

    def start() -> subprocess.Popen:
        environment = {**os.environ, "DATABASE_URL": url}
        started.append(subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=environment))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


def leave_work(tell, round_number: int) -> list[str]:
    """Leave 60 mails and 80 messages, ten about each subject; return the ids of the messages."""
    for number in range(60):
        send_mail(f"{round_number}-{number}", "Hello", None, ["anna@example.com"])
    events = [(f"{subject}-{round_number:03}-{step:02}", subject) for step in range(10) for subject in SUBJECTS]
    for event_id, subject in events:
        tell(event_id, subject)
    return [event_id for event_id, _subject in events]


def wait_until(happened) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, f"{Mail.objects.waiting().count()} {Delivery.objects.waiting().count()}"
        time.sleep(0.02)


def test_each_arrives_once_by_its_id_and_in_order(endpoint, receiver, tell, mails, start_worker):
    workers = [start_worker(), start_worker()]
    left, waited = [], []
    for round_number in range(KILLS):
        before = len(receiver.received)
        left += leave_work(tell, round_number)
        wait_until(lambda before=before: len(receiver.received) > before)
        time.sleep(random.uniform(0, 0.4))
        victim = workers.pop(random.randrange(2))
        waited.append((Mail.objects.waiting().count(), Delivery.objects.waiting().count()))
        victim.kill()
        assert victim.wait() == -signal.SIGKILL
        workers.append(start_worker())
    wait_until(lambda: not Mail.objects.waiting().exists() and not Delivery.objects.waiting().exists())
    for worker in workers:
        worker.terminate()
        assert worker.wait(PATIENCE) == 0
    sent = [message_from_bytes(path.read_bytes()) for path in mails.glob("*.eml")]
    told = list(dict.fromkeys(receiver.ids))
    print(
        f"{KILLS} kills: {len(sent)} deliveries of mails, {len(receiver.ids)} of {len(told)} messages; waited {waited}"
    )
    assert len({mail["Message-ID"] for mail in sent}) == len({mail["Subject"] for mail in sent}) == 60 * KILLS
    assert sorted(told) == sorted(left)
    for subject in SUBJECTS:
        about = [event_id for event_id in told if event_id.startswith(subject)]
        assert about == sorted(about)
