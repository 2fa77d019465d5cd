"""What the API answers when it refuses: problem documents (RFC 9457) with a code that never changes."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as WrongInput

MEDIA_TYPE = "application/problem+json"
TEXT = {"type": "string"}
MOMENT = {"type": "string", "format": "date-time"}


def list_of(**members: dict) -> dict:
    item = {"type": "object", "properties": members, "required": list(members)}
    return {"type": "array", "items": item}


# The license that is full, and who has its seats, not seen for longest first.
IN_THE_WAY: dict[str, dict] = {
    "license": TEXT,
    "devices": list_of(id={"type": "integer"}, name=TEXT, platform=TEXT, last_seen_at=MOMENT, this={"type": "boolean"}),
}
EXAMPLE_IN_THE_WAY = {
    "license": "4F2A-9C31-7B60",
    "devices": [
        {
            "id": 12,
            "name": "Old laptop",
            "platform": "windows",
            "last_seen_at": "2026-09-01T08:15:00Z",
            "this": False,
        }
    ],
}


@dataclass(frozen=True)
class Kind:
    """One code: its HTTP status, its title for people, what its detail says unless the call says more, and the
    members that its document may have besides, with an example.
    """

    status: int
    title: str | Promise
    detail: str | Promise = ""
    members: dict[str, dict] = field(default_factory=dict)
    example: dict[str, Any] = field(default_factory=dict)


KINDS = {
    # Every call
    "bad_request": Kind(
        400,
        _("The request can’t be read"),
        _("The body has to be JSON in UTF-8, and no text may have a NUL character."),
    ),
    "invalid_token": Kind(
        401, _("Please sign in again"), _("The access token is missing, unknown or no longer valid.")
    ),
    "insufficient_scope": Kind(
        403, _("This sign-in doesn’t allow that"), _("The access token was issued for something else.")
    ),
    "not_found": Kind(404, _("There is no such thing here"), _("It does not exist, or it is not yours.")),
    "method_not_allowed": Kind(
        405, _("This address doesn’t do that"), _("The header Allow lists what this address does.")
    ),
    "too_large": Kind(413, _("The request is too large"), _("A request may have 1 MB at most.")),
    "unsupported_media_type": Kind(
        415, _("The request isn’t JSON"), _("Send the body with Content-Type: application/json.")
    ),
    "invalid_request": Kind(
        422,
        _("Something in the request is wrong"),
        _("“errors” says what is wrong where."),
        {"errors": list_of(**{"in": TEXT, "field": TEXT, "detail": TEXT})},
        {"errors": [{"in": "body", "field": "platform", "detail": "Field required"}]},
    ),
    "slow_down": Kind(429, _("Too many requests"), _("Please try again after the time that Retry-After names.")),
    "server_error": Kind(
        500,
        _("Something went wrong on our side"),
        _("It is recorded. Please try again in a while; nothing is taken away until then."),
    ),
    "unavailable": Kind(
        503,
        _("The portal is not available for a moment"),
        _("Nothing was lost. Please send the same request again after the time that Retry-After names."),
    ),
    # Idempotency-Key
    "bad_idempotency_key": Kind(
        400, _("The Idempotency-Key can’t be used"), _("A key has 1 to 255 visible ASCII characters.")
    ),
    "in_progress": Kind(409, _("The same request is being answered"), _("Please ask again in a second.")),
    "idempotency_mismatch": Kind(
        422, _("The Idempotency-Key belongs to another request"), _("Use a new key for a new request.")
    ),
    # Devices
    "bad_machine_id": Kind(422, _("The machine id is wrong"), _("A machine id is 32 hexadecimal characters.")),
    "bad_platform": Kind(422, _("The platform is wrong"), _("There is no such platform.")),
    "bad_report": Kind(422, _("The state is wrong"), _("There is no such report.")),
    "no_license": Kind(403, _("No license"), _("The account has no license for this product.")),
    "not_started": Kind(403, _("The license has not started"), _("This license has not started yet.")),
    "expired": Kind(
        403,
        _("The license has expired"),
        _(
            "The license of this device has ended, and the account has no other with a seat for it. The product may "
            "connect again at any time."
        ),
        IN_THE_WAY,
        EXAMPLE_IN_THE_WAY,
    ),
    "blocked": Kind(
        403,
        _("The license is blocked"),
        _(
            "The license of this device is blocked, and the account has no other with a seat for it. Please contact "
            "support. The product may connect again at any time."
        ),
        {"reason": TEXT, **IN_THE_WAY},
        {"reason": "Charged back."},
    ),
    "wrong_platform": Kind(409, _("No seat for this platform"), _("The license has no seat for such a device.")),
    "seat_limit": Kind(
        409,
        _("All seats are in use"),
        _("Disconnect a device you no longer use, and its seat is free at once."),
        IN_THE_WAY,
        EXAMPLE_IN_THE_WAY,
    ),
    "move_limit": Kind(
        409,
        _("Seats moved too often"),
        _("The seats of this license changed devices too often."),
        {"again_at": MOMENT},
        {"again_at": "2026-12-01T09:00:00Z"},
    ),
    "choose_license": Kind(
        409,
        _("Several licenses fit"),
        _("Several of your licenses fit. Choose one for this device."),
        {"licenses": {"type": "array", "items": {"$ref": "#/components/schemas/FittingLicense"}}},
        {"licenses": []},
    ),
    "disconnected": Kind(
        410,
        _("This device was disconnected"),
        _("To use the product here again, sign in on the device."),
        {"at": MOMENT, "by": TEXT, "device": TEXT},
        {"at": "2026-11-24T14:20:00Z", "by": "Anna, on the portal", "device": "Anna’s laptop"},
    ),
    "fresh_sign_in_needed": Kind(
        403, _("Please sign in again first"), _("This takes a sign-in that is not older than 5 minutes.")
    ),
    # Orders
    "unknown_plan": Kind(422, _("There is no such plan"), _("Name a plan by its short name.")),
    "bad_email": Kind(422, _("The email address is wrong"), _("This is no email address.")),
    "bad_count": Kind(422, _("That many codes can’t be ordered"), _("Order 1 to 10,000 codes, or give an address.")),
    "bad_bought_at": Kind(422, _("The purchase lies at an odd time"), _("“bought_at” must lie in the last 30 days.")),
    "plan_withdrawn": Kind(422, _("The plan is not sold any more"), _("Order another plan.")),
    "plan_is_trial": Kind(422, _("A trial is ordered as codes"), _("People add a trial themselves, once a product.")),
    "other_product": Kind(422, _("The plan is of another product"), _("Place a new order for it.")),
    "region": Kind(409, _("The plan is for another region"), _("The account belongs to another region.")),
    "order_differs": Kind(409, _("The number belongs to another order"), _("Use a new number for a new order.")),
    "order_refunded": Kind(409, _("The order was refunded"), _("Place a new order.")),
    "order_cancelled": Kind(409, _("The order was canceled"), _("Place a new order.")),
    "unknown_code": Kind(422, _("There is no such code"), _("Name a code of this order.")),
    "not_renewable": Kind(409, _("The order can’t be renewed"), _("Place a new order.")),
    "nothing_to_cancel": Kind(409, _("Nothing renews itself here"), _("To take the order back, refund it.")),
    "not_waiting": Kind(
        409, _("The order does not wait"), _("Only the address of an order that waits can be corrected.")
    ),
    "nothing_to_mail": Kind(409, _("No mail belongs to the order"), _("It brought no license.")),
    "license_blocked": Kind(409, _("The license is blocked"), _("Please contact support.")),
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


class ProblemError(Exception):
    """A refusal of the API itself; the rules of the business raise `ValidationError` with a code instead."""

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
        **{name: value for name, value in members.items() if name in kind.members},
    }
    text = json.dumps(body, cls=DjangoJSONEncoder)
    always = {"Cache-Control": "no-store"}
    if kind.status == 401:
        always["WWW-Authenticate"] = f'Bearer error="{code}"'
    return HttpResponse(text, status=kind.status, content_type=MEDIA_TYPE, headers={**always, **(headers or {})})


def of_refusal(error: ValidationError) -> HttpResponse:
    """Return what a service raised; of its parameters only those go out that the table names."""
    code, params = getattr(error, "code", None), getattr(error, "params", None)
    known = code if code in KINDS else "invalid_request"
    return problem_response(known, " ".join(error.messages), **(params or {}))


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
