"""A worker outlives whatever its database does."""

from threading import Event

import pytest
from django.db import InterfaceError, OperationalError

from portal.foundation.queue import worker


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("connection already closed")])
def test_worker_goes_on_when_the_database_was_away(monkeypatch, error):
    monkeypatch.setattr(worker, "DATABASE_PAUSE", 0)
    stop, tries = Event(), []

    def job():
        tries.append(1)
        if len(tries) == 1:
            raise error
        stop.set()

    worker.go_on(job, stop, every=0)
    assert len(tries) == 2
