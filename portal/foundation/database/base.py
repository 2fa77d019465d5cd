"""PostgreSQL as Django knows it, but no page waits for a server that is hung. (Django wants the name `base`.)

`statement_timeout` is the server's own word, `connect_timeout` is for new connections, and keepalives are answered by
the kernel of a machine whose PostgreSQL stands still: none of them ends the wait for an answer on an open connection.
So the client stops waiting by itself, and closes the connection, because what still comes answers an old question.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base
from psycopg.errors import ConnectionTimeout
from psycopg_pool import PoolTimeout

# All in seconds. How long it may take at most to see whether a kept connection still works.
HEALTH_CHECK = 1
# For how long a silent server counts as away, and everybody hears so at once; then one request asks, and waits as long.
PAUSE = 1
ASKING = 4


class Silence:
    """Remember, for all threads, that the server gave no answer: else each request would wait in vain, one after the
    other, and hold the thread for which the next one waits.
    """

    def __init__(self) -> None:
        self.lock, self.until = threading.Lock(), 0.0

    def begin(self) -> None:
        self.until = time.monotonic() + PAUSE

    @contextmanager
    def asked_by_one(self) -> Iterator[None]:
        """Connect, or refuse at once: while the server is silent, one asks and the others are not kept."""
        with self.lock:
            if time.monotonic() < self.until:
                raise psycopg.OperationalError("The database gave no answer a moment ago.")
            if self.until:
                self.until = time.monotonic() + ASKING
        try:
            yield
            self.until = 0.0
        except (ConnectionTimeout, PoolTimeout):
            self.begin()
            raise
        except psycopg.Error:
            self.until = 0.0  # away, but not silent: that costs nobody time
            raise


silence = Silence()


class Connection(psycopg.Connection):
    """A connection that waits for an answer as long as a person would; without end where no person waits."""

    # Until a request has it: a pool looks at what it lends, and must not wait as long as for an answer.
    answers_within: float | None = settings.DATABASE_ANSWERS_WITHIN and HEALTH_CHECK

    def wait(self, gen, interval=0.1, timeout=None):
        try:
            return super().wait(gen, interval, self.answers_within if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:
            if timeout is not None:
                raise
            self.close()
            # A busy machine may miss a health check; whether it is hung, the new connection finds out.
            if self.answers_within != HEALTH_CHECK:
                silence.begin()
            raise psycopg.OperationalError("The database gives no answer.") from None


class DatabaseWrapper(base.DatabaseWrapper):
    # Django connects by `connect` of this module, and finds the errors here.
    Database = SimpleNamespace(**{**vars(psycopg), "connect": Connection.connect})  # type: ignore[assignment]

    @property
    def pool(self):
        options = self.settings_dict["OPTIONS"].get("pool")
        if options:
            options.setdefault("connection_class", Connection)
        return super().pool

    def get_new_connection(self, conn_params):
        with silence.asked_by_one():
            connection = super().get_new_connection(conn_params)
        connection.answers_within = settings.DATABASE_ANSWERS_WITHIN
        return connection

    def is_usable(self):
        connection = self.connection
        if connection is None:
            return False
        connection.answers_within = Connection.answers_within
        usable = super().is_usable()
        connection.answers_within = settings.DATABASE_ANSWERS_WITHIN
        return usable

    def _close(self):
        if self.connection is not None:
            self.connection.answers_within = Connection.answers_within
        return super()._close()
