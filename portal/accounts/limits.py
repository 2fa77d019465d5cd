"""How many tries are left, and when a shut door opens: read from the record that allauth keeps in the cache."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

# allauth's public module answers only yes or no; people want to know how many and until when.
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

APP = "allauth.account"


def recent_tries(request: HttpRequest, action: str, key: str) -> Iterator[tuple[ratelimit.Rate, list[float]]]:
    """Yield each limit of an action with the moments, newest first, that count toward it now."""
    for rate in ratelimit.get_rates(app=APP, action=action):
        record = ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key)
        yield rate, [at for at in cache.get(record, []) if at > time.time() - rate.duration]


def tries_left(request: HttpRequest, *, action: str, key: str) -> int | None:
    """Return how many more tries this key has, or None when nothing limits it."""
    left = [rate.amount - len(moments) for rate, moments in recent_tries(request, action, key) if rate.per == "key"]
    return max(0, min(left)) if left else None


def opens_at(request: HttpRequest, *, action: str, key: str) -> datetime | None:
    """Return when the next try is allowed, or None when it is allowed now."""
    shut = [
        moments[-1] + rate.duration
        for rate, moments in recent_tries(request, action, key)
        if len(moments) >= rate.amount
    ]
    return datetime.fromtimestamp(max(shut), UTC) if shut else None
