"""The database or the cache is away, hung, full or read-only: one answer for each who asks, and when to ask again.

Errors of views and of middleware end in `portal.errors.server_error`, which asks here first.
"""

import logging
import sqlite3
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus

from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from redis import RedisError

logger = logging.getLogger("portal.outages")

# The page says “in about a minute”. Programs are told less: a standby takes over within seconds.
PEOPLE_WAIT, PROGRAMS_WAIT = timedelta(minutes=1), timedelta(seconds=10)
# Who asks here reads JSON; those under /api/ get a problem document from `portal.foundation.api.middleware`.
APPS = ("/identity/o/api/", "/.well-known/")
PROGRAMS = (*APPS, "/api/")
# Where a code is pressed, and a person wants to know what became of it (case 32).
TAKES_A_CODE = {"licenses:add", "licenses:add_waiting", "licenses:claim"}
READ_ONLY, TOO_LARGE = "25006", "54"  # SQLSTATE, and the class of what no waiting mends


def is_away(error: BaseException | None) -> bool:
    """Tell what passes by itself from a fault of ours, which stays a 500."""
    cause = getattr(error, "__cause__", None)
    state = getattr(cause, "sqlstate", None) or ""
    if isinstance(error, OperationalError):
        # SQLite calls a missing table an operational error too.
        return getattr(cause, "sqlite_errorname", "") != "SQLITE_ERROR" and not state.startswith(TOO_LARGE)
    if isinstance(error, InterfaceError):
        return not isinstance(cause, sqlite3.Error)
    return isinstance(error, RedisError) or (isinstance(error, InternalError) and state == READ_ONLY)


def outage_behind(interrupted: BaseException | None) -> BaseException | None:
    """Return the outage for which a session could not be stored.

    Django takes any error there for a session that somebody ended meanwhile, and answers 400.
    """
    chain: BaseException | None = interrupted if isinstance(interrupted, SessionInterrupted) else None
    while chain and not is_away(chain):
        chain = chain.__cause__ or chain.__context__
    return chain


def unavailable(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Say it in the words of whoever asks. It is no fault of the program, so the log gets one line, no traceback."""
    logger.warning("Unavailable for %r: %.200r", request.path, error)
    wait = PROGRAMS_WAIT if request.path_info.startswith(PROGRAMS) else PEOPLE_WAIT
    headers = {"Retry-After": str(int(wait.total_seconds())), "Cache-Control": "no-store"}
    status = HTTPStatus.SERVICE_UNAVAILABLE
    if request.path_info.startswith(APPS):
        response: HttpResponse = JsonResponse({"error": "temporarily_unavailable"}, status=status, headers=headers)
    else:
        response = HttpResponse(render_to_string("503.html", way_on(request)), status=status, headers=headers)
    response._has_been_logged = True  # type: ignore[attr-defined]  # else Django logs the traceback of each
    return response


def way_on(request: HttpRequest) -> dict:
    """Return where “Try again” leads: to the same page, or to the same press of a code, so that nobody types it twice.

    The form's own token goes along, so that a forged one stays forged.
    """
    if request.method != "POST":
        return {"again": request.get_full_path()}
    with suppress(Resolver404):
        if resolve(request.path_info).view_name in TAKES_A_CODE:
            return {"again": request.get_full_path(), "takes_code": True, "fields": fields_of(request)}
    return {"again": "/"}


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was sent; nothing when that is what can't be read."""
    with suppress(Exception):
        return [(name, str(value)) for name, value in request.POST.items()]
    return []
