"""The portal as gunicorn serves it, and one page more that tells which limits the running program has."""

import json

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.module_loading import import_string

from portal.wsgi import application

__all__ = ["application"]
ASKED = ["statement_timeout", "tcp_keepalives_idle", "tcp_user_timeout"]


@login_not_required
def probe(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), " + ", ".join(f"current_setting('{name}')" for name in ASKED))
        process, *values = cursor.fetchone()
    kept = {name: connection.settings_dict[name] for name in ("CONN_MAX_AGE", "CONN_HEALTH_CHECKS", "OPTIONS")}
    said = {"process": process, "settings": kept, "server": dict(zip(ASKED, values, strict=True))}
    said["answers_within"] = connection.connection.answers_within
    return HttpResponse(json.dumps(said, default=str), content_type="application/json")


@login_not_required
def slow(request: HttpRequest) -> JsonResponse:
    """Ask for something that takes longer than anybody waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")
    return JsonResponse({})


# Read only now: the addresses import models, which `portal.wsgi` makes ready.
import_string("portal.urls.urlpatterns").extend([path("probe/", probe), path("probe/slow/", slow)])
