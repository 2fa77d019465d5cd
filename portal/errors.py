"""Error pages. They use no context processor, no session and no database: they must render when nothing works."""

import logging
import secrets
import sys
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import is_valid_path
from django.utils import timezone

from portal.outages import APPS, is_away, outage_behind, unavailable
from portal.ui.words import from_now

logger = logging.getLogger("portal.errors")

LIMIT_WINDOW = timedelta(minutes=1)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    outage = outage_behind(exception)
    if outage:
        return unavailable(request, outage)
    return HttpResponse(render_to_string("400.html"), status=400)


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponseForbidden(render_to_string("403.html", languages(request)))


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that stood open too long, or cookies that are switched off."""
    return HttpResponseForbidden(render_to_string("403_csrf.html"))


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(render_to_string("404.html", languages(request)), status=404)


def languages(request: HttpRequest) -> dict:
    """What the choice of languages at the foot needs: neither session nor database, so these pages keep it."""
    return {"csrf_token": get_token(request), "next": request.get_full_path()}


def method_not_allowed(request: HttpRequest, allow: str) -> HttpResponse:
    """Lead from an address that only takes a form to its page; where there is none, say so."""
    if request.path_info.startswith(APPS):
        return JsonResponse({"error": "invalid_request"}, status=405, headers={"Allow": allow})
    if request.method in {"GET", "HEAD"}:
        return HttpResponseRedirect(page_above(request.path_info))
    return HttpResponse(render_to_string("405.html", languages(request)), status=405, headers={"Allow": allow})


def page_above(path: str) -> str:
    """Return the nearest address above this one: a license's for what is done to it, a list's for its forms."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        if is_valid_path(path):
            break
    return path


@login_not_required
def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The limits that end here (allauth's) are a minute long, so that in a minute it goes on for sure."""
    now = timezone.now()
    page = render_to_string("429.html", {**languages(request), "wait": from_now(now + LIMIT_WINDOW, now)})
    return HttpResponse(page, status=429, headers={"Retry-After": str(int(LIMIT_WINDOW.total_seconds()))})


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Name the fault by a reference that is in the log too, so that support can find it; an outage is no fault."""
    error = sys.exc_info()[1]
    if error and is_away(error):
        return unavailable(request, error)
    reference = f"E-{secrets.token_hex(2).upper()}-{timezone.now():%Y%m%d-%H%M}"
    logger.error("Error page %s shown for %r", reference, request.path)
    if request.path_info.startswith(APPS):
        return JsonResponse({"error": "server_error", "error_description": reference}, status=500)
    return HttpResponse(render_to_string("500.html", {"reference": reference}), status=500)
