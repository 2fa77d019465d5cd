"""What the API answers when it refuses: problem documents (RFC 9457) with a code that never changes."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as WrongInput

from portal.foundation.refusals import TEXT, Problem, Refusal, list_of

MEDIA_TYPE = "application/problem+json"

# Each code that programs may be told; those of refusals are added where an app is ready.
KINDS = {
    # Every call
    "bad_request": Problem(
        400,
        _("The request can’t be read"),
        _("The body has to be JSON in UTF-8, and no text may have a NUL character."),
    ),
    "insufficient_scope": Problem(
        403, _("This sign-in doesn’t allow that"), _("The access token was issued for something else.")
    ),
    "method_not_allowed": Problem(
        405, _("This address doesn’t do that"), _("The header Allow lists what this address does.")
    ),
    "too_large": Problem(413, _("The request is too large"), _("A request may have 1 MB at most.")),
    "unsupported_media_type": Problem(
        415, _("The request isn’t JSON"), _("Send the body with Content-Type: application/json.")
    ),
    "invalid_request": Problem(
        422,
        _("Something in the request is wrong"),
        _("“errors” says what is wrong where."),
        {"errors": list_of(**{"in": TEXT, "field": TEXT, "detail": TEXT})},
        {"errors": [{"in": "body", "field": "platform", "detail": "Field required"}]},
    ),
    "server_error": Problem(
        500,
        _("Something went wrong on our side"),
        _("It is recorded. Please try again in a while; nothing is taken away until then."),
    ),
    "unavailable": Problem(
        503,
        _("The portal is not available for a moment"),
        _("Nothing was lost. Please send the same request again after the time that Retry-After names."),
    ),
    # Idempotency-Key
    "bad_idempotency_key": Problem(
        400, _("The Idempotency-Key can’t be used"), _("A key has 1 to 255 visible ASCII characters.")
    ),
    "in_progress": Problem(409, _("The same request is being answered"), _("Please ask again in a second.")),
    "idempotency_mismatch": Problem(
        422, _("The Idempotency-Key belongs to another request"), _("Use a new key for a new request.")
    ),
}
BY_STATUS = {
    400: "bad_request",
    401: "invalid_token",
    403: "insufficient_scope",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    429: "slow_down",
    503: "unavailable",
}


# How the members of a refusal are written for programs, where they are more than its values.
Members = Callable[[Any], dict[str, Any]]
MEMBERS: dict[type[Refusal], Members] = {}


def register_problems(module: str) -> None:
    """Let programs be told what the refusals of an app’s module say; in the document, the sentence is the detail."""
    for refusal in Refusal.defined():
        if refusal.problem and f"{refusal.__module__}.".startswith(f"{module}."):
            detail = refusal.problem.detail or refusal.sentence
            KINDS[refusal.code] = replace(refusal.problem, detail=detail)


def register_members(kinds: dict[type[Refusal], Members]) -> None:
    MEMBERS.update(kinds)


class ProblemError(Exception):
    """A refusal of the API itself; the rules of the business raise a `Refusal` instead."""

    def __init__(self, code: str, detail: Any = "", *, headers: dict[str, str] | None = None, **members):
        super().__init__(code)
        self.code, self.detail, self.headers, self.members = code, detail, headers or {}, members


def problem_response(code: str, detail: Any = "", *, headers: dict[str, str] | None = None, **members) -> HttpResponse:
    """Return the problem document of this code, in the language that is active."""
    kind = KINDS[code]
    body = {
        "type": f"{settings.PORTAL_URL}/api/#{code}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.detail or kind.title,
        "code": code,
        **members,
    }
    text = json.dumps(body, cls=DjangoJSONEncoder)
    always = {"Cache-Control": "no-store"}
    if kind.status == 401:
        always["WWW-Authenticate"] = f'Bearer error="{code}"'
    return HttpResponse(text, status=kind.status, content_type=MEDIA_TYPE, headers={**always, **(headers or {})})


def of_refusal(error: ValidationError) -> HttpResponse:
    """Return what a service raised, in the caller's language; what has no code for programs is wrong input."""
    text = " ".join(error.messages)
    if isinstance(error, Refusal) and error.problem:
        return problem_response(error.code, text, **members_of(error))
    return problem_response("invalid_request", text)


def members_of(refusal: Refusal) -> dict[str, Any]:
    """Return what a program is told besides: the values that the code has members for."""
    written = next((MEMBERS[kind] for kind in type(refusal).__mro__ if kind in MEMBERS), None)
    if written:
        return written(refusal)
    return {name: value for name, value in refusal.values() if name in KINDS[refusal.code].members}


def of_wrong_input(error: WrongInput) -> HttpResponse:
    """Say of each field what is wrong with it; what was sent is not repeated."""
    return problem_response("invalid_request", errors=[told(found) for found in error.errors])


def told(found: dict) -> dict:
    where, *names = found["loc"]
    # In a body, the first name is the function's parameter, which no caller knows.
    return {"in": where, "field": path_of(names[1:] if where == "body" else names), "detail": found["msg"]}


def path_of(names: Iterable) -> str:
    return ".".join(str(name) for name in names)[:100]


def install(api: NinjaAPI) -> None:
    """Answer everything that a call may raise by a problem document.

    What no rule foresaw goes on to Django, which logs it; the middleware makes the document.
    """
    handlers = {
        ProblemError: lambda error: problem_response(error.code, error.detail, headers=error.headers, **error.members),
        ValidationError: of_refusal,
        WrongInput: of_wrong_input,
        Http404: lambda error: problem_response("not_found"),
        AuthenticationError: lambda error: problem_response("invalid_token"),
        HttpError: lambda error: problem_response(BY_STATUS[error.status_code]),
        RequestDataTooBig: lambda error: problem_response("too_large"),
        SuspiciousOperation: lambda error: problem_response("bad_request"),
        Exception: reraise,
    }
    for kind, answer in handlers.items():
        api.add_exception_handler(kind, handler(answer))


def handler(answer):
    def handle(request: HttpRequest, error: Exception) -> HttpResponse:
        return answer(error)

    return handle


def reraise(error: Exception):
    raise error
