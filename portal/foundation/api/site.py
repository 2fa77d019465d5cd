"""The API as a whole: how it reads, how it refuses. `portal/urls.py` adds the calls of the rooms."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.parser import Parser

from .idempotency import once
from .openapi import complete
from .problems import ProblemError, install, problem_response

EXAMPLE = "https://portal.example.com"


class Json(Parser):
    """JSON in UTF-8, without NUL characters, which no database keeps."""

    def parse_body(self, request: HttpRequest) -> Any:
        data = json.loads(request.body.decode())
        if holds_nul(data):
            raise ValueError("NUL")
        return data


def holds_nul(data: Any) -> bool:
    if isinstance(data, str):
        return "\x00" in data
    inner = [*data, *data.values()] if isinstance(data, dict) else data if isinstance(data, list) else []
    return any(map(holds_nul, inner))


class Api(NinjaAPI):
    """Ninja's, with a document that also says what each call refuses, and describes pages that programs read."""

    def __init__(self, **options):
        super().__init__(**options)
        self.pages: dict[str, dict] = {}

    def describe(self, path: str, document: dict) -> None:
        """Add a page that is no call of the API to the document."""
        self.pages[path] = document

    def get_openapi_schema(self, **options: Any) -> Any:
        document = complete(super().get_openapi_schema(**options))
        document["paths"].update(self.pages)
        return document

    @property
    def urls(self):
        """The addresses; they ask for a token by themselves, not for a session."""
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            pattern.callback = login_not_required(pattern.callback)
        return patterns, app_name, namespace


def json_only(run):
    """Wrap a call, so that it reads no body but JSON: a form of a strange page is none."""

    def run_json(request: HttpRequest, **arguments):
        if request.headers.get("Content-Length") not in (None, "", "0") and request.content_type != "application/json":
            return problem_response("unsupported_media_type")
        return run(request, **arguments)

    return run_json


def refuse_by_document(run):
    """Wrap a call, so that what is refused around it is a problem document as well."""

    def run_or_refuse(request: HttpRequest, **arguments):
        try:
            return run(request, **arguments)
        except (ProblemError, RequestDataTooBig) as error:
            return api.on_exception(request, error)

    return run_or_refuse


api = Api(
    title=settings.API_TITLE,
    version="1",
    description=settings.API_DESCRIPTION,
    openapi_url="/openapi.json",
    docs_url=None,
    urls_namespace="api",
    parser=Json(),
)
install(api)
for wrapper in (once, json_only, refuse_by_document):
    api.add_decorator(wrapper, mode="view")


def published() -> dict:
    """Return the document as docs/ has it: that of a portal at an address of nobody."""
    text = json.dumps(api.get_openapi_schema(), cls=DjangoJSONEncoder)
    return json.loads(text.replace(settings.PORTAL_URL, EXAMPLE))
