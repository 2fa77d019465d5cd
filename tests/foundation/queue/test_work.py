"""`manage.py work`: the one process beside the web server."""

import logging
import signal
import subprocess
import sys
from datetime import timedelta
from threading import Event

import pytest
from django.core.management import call_command
from django.utils import timezone

from portal.foundation.mail.models import Mail
from portal.foundation.queue import worker
from portal.foundation.queue.models import PeriodicRun
from portal.foundation.queue.table import PERIODIC, QUEUES, Periodic, Queue, load_table
from tests.factories import days

WORK = [
    "mails",
    "webhooks",
    "ends of licenses",
    "damaged files",
    "unverified accounts",
    *(f"old {what}" for what in ("mails", "webhooks", "sign-ins", "sessions", "counts", "answers", "links")),
    "old code attempts",
]


def test_stops_when_told():
    with subprocess.Popen([sys.executable, "manage.py", "work"], stdout=subprocess.PIPE, text=True) as work:
        assert "Waiting" in work.stdout.readline()
        work.send_signal(signal.SIGTERM)
        assert work.wait(timeout=30) == 0


def test_table_has_the_work_of_all_apps():
    load_table()
    assert sorted([*QUEUES, *PERIODIC]) == sorted(WORK)


@pytest.fixture
def calls(monkeypatch):
    """One piece of work, each hour; the moments at which it was done."""
    calls = []
    monkeypatch.setattr(worker, "PERIODIC", {"tea": Periodic(lambda *, at: calls.append(at), timedelta(hours=1))})
    return calls


@pytest.mark.django_db
def test_periodic_work_is_done_each_time_its_time_has_come(calls):
    moments = [days(0), days(0) + timedelta(minutes=59), days(0) + timedelta(minutes=61)]
    for moment in moments:
        worker.run_due(worker.PERIODIC, clock=lambda moment=moment: moment)
    assert calls == [moments[0], moments[2]]


@pytest.mark.django_db
def test_two_workers_that_see_it_at_once_do_it_once(calls):
    PeriodicRun.objects.create(name="tea", next_run_at=days(0))
    for _worker in range(2):
        worker.run("tea", worker.PERIODIC["tea"], at=days(0))
    assert len(calls) == 1


@pytest.mark.django_db
def test_work_that_fails_is_on_record_and_stops_no_other(calls, caplog, monkeypatch):
    def burn(*, at):
        raise ValueError("burnt")

    monkeypatch.setattr(worker, "PERIODIC", {"toast": Periodic(burn, timedelta(hours=1)), **worker.PERIODIC})
    worker.run_due(worker.PERIODIC, clock=timezone.now)
    assert len(calls) == 1
    assert "Periodic work failed: toast" in caplog.text


@pytest.mark.django_db
def test_nothing_new_is_begun_after_the_signal(calls):
    told = Event()
    told.set()
    worker.run_due(worker.PERIODIC, clock=timezone.now, stop=told)
    assert calls == []


@pytest.mark.django_db(transaction=True)
def test_slow_work_delays_no_mail_and_what_is_in_hand_is_finished(monkeypatch):
    begun, sent, stop = Event(), Event(), Event()

    def hash_files(*, at):
        begun.set()
        assert sent.wait(30)
        stop.set()

    def deliver(*, clock, stop):
        assert begun.wait(30)
        sent.set()
        return stop.wait(30)  # in hand until after the signal

    monkeypatch.setattr(worker, "PERIODIC", {"files": Periodic(hash_files, timedelta(hours=1))})
    monkeypatch.setattr(worker, "QUEUES", {"mails": Queue(Mail, deliver)})
    worker.work_until(stop, clock=timezone.now)
    assert sent.is_set()


@pytest.mark.django_db
def test_it_says_what_is_due_and_how_late(caplog):
    load_table()
    at = days(0)
    for seconds in (42, 7, -60):
        Mail.objects.create(sealed=b"x", next_try_at=at - timedelta(seconds=seconds))
    PeriodicRun.objects.create(name="old mails", next_run_at=at - timedelta(seconds=5))
    with caplog.at_level(logging.INFO, "portal.foundation.queue.worker"):
        worker.report(at=at)
    assert "Due: mails 2 (oldest 42 s late), webhooks 0, periodic work 1 (oldest 5 s late)" in caplog.text


@pytest.mark.django_db
def test_once_does_what_is_due_and_says_how_much(capsys):
    call_command("work", once=True)
    assert capsys.readouterr().out.strip() == "Done: mails 0, webhooks 0"
    assert set(PeriodicRun.objects.values_list("name", flat=True)) == set(PERIODIC)
