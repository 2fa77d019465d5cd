"""The cache counts sign-in attempts and holds codes of sign-ins: what it forgets, somebody is let in by.

So nothing stands in Redis alone. What is written goes to the database first and to Redis as well; Redis answers what is
read, and whenever it is away, hung or empty, the database does. That knows all, so nobody gets a second set of tries.
"""

import time
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends import db
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.redis import RedisCache
from django.db import InternalError, OperationalError, connection
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

# For how long Redis is not asked after it gave no answer: each try may cost a request a quarter of a second.
LEFT_ALONE = 5
# For how long it is not believed after that: it does not know what was counted meanwhile. No limit counts for longer.
DOUBTED = 3600
OPTIONS = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25, "retry": Retry(NoBackoff(), 0)}

MISSING = object()
failed_at = -float(DOUBTED)  # of this process, whichever thread saw it


class DatabaseCache(db.DatabaseCache):
    """Django's, but what a read-only database did not write is an error, not a lock that somebody holds."""

    def add(self, *arguments, **options):
        return told(super().add, *arguments, **options)

    def set(self, *arguments, **options):
        return told(super().set, *arguments, **options)


def told(write: Callable, *arguments, **options) -> Any:
    """Write, and raise what Django's own method keeps to itself; that another process was faster is no fault."""
    failures = []

    def watch(execute, *statement):
        try:
            return execute(*statement)
        except (OperationalError, InternalError) as error:
            failures.append(error)
            raise

    with connection.execute_wrapper(watch):
        answer = write(*arguments, **options)
    if failures:
        raise failures[0]
    return answer


class KeptTwice(BaseCache):
    """Redis in front of the database; all other methods of a cache are made of these six."""

    def __init__(self, server: str, params: dict):
        super().__init__(params)
        self.redis = RedisCache(server, {**params, "OPTIONS": {**OPTIONS, **params.get("OPTIONS", {})}})

    @property
    def database(self) -> BaseCache:
        return caches["database"]

    def get(self, key, default=None, version=None):
        found = MISSING if time.monotonic() - failed_at < DOUBTED else ask(self.redis.get, key, MISSING, version)
        return self.database.get(key, default, version) if found is MISSING else found

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        self.database.set(key, value, timeout, version)
        ask(self.redis.set, key, value, timeout, version)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        added = self.database.add(key, value, timeout, version)
        if added:
            ask(self.redis.set, key, value, timeout, version)
        return added

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        ask(self.redis.touch, key, timeout, version)
        return self.database.touch(key, timeout, version)

    def delete(self, key, version=None):
        ask(self.redis.delete, key, version)
        return self.database.delete(key, version)

    def clear(self):
        ask(self.redis.clear)
        self.database.clear()


def ask(method: Callable, *arguments) -> Any:
    """Ask Redis; `MISSING` when it gives no answer, or gave none a moment ago."""
    global failed_at
    if time.monotonic() - failed_at < LEFT_ALONE:
        return MISSING
    try:
        return method(*arguments)
    except RedisError:
        failed_at = time.monotonic()
        return MISSING
