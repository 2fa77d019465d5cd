"""A worker outlives whatever its database does."""

from threading import Event

import pytest
from django.db import InterfaceError, OperationalError

from portal.foundation.queue import worker


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("connection already closed")])
def test_worker_goes_on_when_the_database_was_away(monkeypatch, error):
    monkeypatch.setattr(worker, "DATABASE_PAUSE", 0)
    monkeypatch.setattr(worker, "LOOK_EVERY", 0)
    stop, tries = Event(), []

    def job():
        tries.append(1)
        if len(tries) == 1:
            raise error
        stop.set()

    worker.work({job: 0}, stop)
    assert len(tries) == 2
