"""How often a program may call, and how it is told."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import ngettext_lazy

from portal.foundation.api import limits
from portal.foundation.queue.batches import delete_in_batches

from .models import RateCount
from .problems import ProblemError


def throttle(request: HttpRequest, limit: str, subject: object) -> None:
    """Count this call of a subject against a limit of `settings.LIMITS`, or raise `slow_down`.

    The answer says in its headers what is left (IETF draft ratelimit-headers).
    """
    counted = limits.count(limit, subject)
    window = int(settings.LIMITS[limit][1].total_seconds())
    request.rate_limit_headers = {  # type: ignore[attr-defined]  # for the middleware, which writes them
        "RateLimit-Policy": f'"{limit}";q={counted.of};w={window}',
        "RateLimit": f'"{limit}";r={max(0, counted.of - counted.number)};t={counted.seconds}',
    }
    if counted.is_over:
        minutes = -(-counted.seconds // 60)
        text = ngettext_lazy(
            "Please try again in %(count)d minute.", "Please try again in %(count)d minutes.", minutes
        ) % {"count": minutes}
        raise ProblemError("slow_down", text, headers={"Retry-After": str(counted.seconds)})


def prune_counts(*, at: datetime) -> int:
    """Delete counts whose window is over, whichever it was; return how many."""
    longest = max(window for _calls, window in settings.LIMITS.values())
    return delete_in_batches(RateCount.objects.filter(began_at__lt=int((at - longest).timestamp())))
