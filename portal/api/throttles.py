"""How often somebody may call: counted in the database, exact over all processes, one statement a call."""

import time

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import ngettext_lazy

from portal.worker import delete_in_batches

from .models import CallCount
from .problems import ProblemError

# Begin to count, count one more, or begin anew when the window is over: whoever asks at the same time waits here.
COUNT = """
INSERT INTO api_callcount (key, began_at, count) VALUES (%(key)s, %(now)s, 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN api_callcount.began_at <= %(before)s THEN 1 ELSE api_callcount.count + 1 END,
    began_at = CASE WHEN api_callcount.began_at <= %(before)s THEN %(now)s ELSE api_callcount.began_at END
RETURNING began_at, count
"""


def throttle(request: HttpRequest, limit: str, subject: object) -> None:
    """Count this call of a subject against a limit of `settings.API_LIMITS`, or raise `slow_down`.

    The answer says in its headers what is left (IETF draft ratelimit-headers).
    """
    calls, window = settings.API_LIMITS[limit]
    seconds = int(window.total_seconds())
    count, wait = count_call(f"{limit}:{subject}", seconds)
    request.rate_limit_headers = {
        "RateLimit-Policy": f'"{limit}";q={calls};w={seconds}',
        "RateLimit": f'"{limit}";r={max(0, calls - count)};t={wait}',
    }
    if count > calls:
        minutes = -(-wait // 60)
        text = ngettext_lazy(
            "Please try again in %(count)d minute.", "Please try again in %(count)d minutes.", minutes
        ) % {"count": minutes}
        raise ProblemError("slow_down", text, headers={"Retry-After": str(wait)})


def count_call(key: str, seconds: int) -> tuple[int, int]:
    """Count one call, and return how many it are in this window, and in how many seconds the window ends."""
    now = int(time.time())
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key, "now": now, "before": now - seconds})
        began_at, count = cursor.fetchone()
    return count, max(1, began_at + seconds - now)


def prune_counts() -> int:
    """Delete counts whose window is over, whichever it was; return how many."""
    longest = max(window for _calls, window in settings.API_LIMITS.values())
    return delete_in_batches(CallCount.objects.filter(began_at__lt=int(time.time() - longest.total_seconds())))
