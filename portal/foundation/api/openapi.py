"""The document of the API (OpenAPI 3.1): Ninja's, completed by what every call has in common and what each refuses."""

from typing import Any

from django.conf import settings
from django.utils import translation

from portal.foundation.oauth.registered import SCOPES, scopes_of
from portal.foundation.refusals import TEXT

from .auth import bearer
from .problems import KINDS, MEDIA_TYPE

BY_CODE, BY_SECRET = "person", "store"
HEADERS = {
    "RateLimit": ("What is left of the limit, and in how many seconds it begins anew.", '"connect";r=29;t=3600'),
    "RateLimit-Policy": ("The limit: so many calls in so many seconds.", '"connect";q=30;w=3600'),
    "Retry-After": ("In how many seconds to ask again.", "60"),
    "WWW-Authenticate": ("Why the access token does not pass (RFC 6750).", 'Bearer error="invalid_token"'),
    "Idempotency-Replayed": ("“true” when the answer is that of an earlier request with the same key.", "true"),
}
LANGUAGE = {
    "in": "header",
    "name": "Accept-Language",
    "description": "The language of titles, details and notices.",
    "schema": {**TEXT, "default": "en"},
    "example": "de",
}
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "The same key with the same request is done once, and answered the same for 24 hours.",
    "schema": {**TEXT, "pattern": "^[!-~]{1,255}$"},
    "example": "5f0c4d0e-8f53-4d0e-9a3c-1f2c5a0b7d11",
}
PROBLEM = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "properties": {
        "type": {**TEXT, "format": "uri", "description": "Where the code is explained."},
        "title": {**TEXT, "description": "The problem in a few words, for people."},
        "status": {"type": "integer"},
        "detail": {**TEXT, "description": "What happened and what to do, for people."},
        "code": {**TEXT, "description": "For programs; never changes."},
    },
    "required": ["type", "title", "status", "detail", "code"],
}


def call(
    scope: str, *codes: str, limit: str = "", ended: bool = False, examples: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return what every call of the API declares: the scope of its token, the codes of its refusals, its limit.

    For `@router.put(…, **call("a-scope", "a_refusal", limit="a-limit"))`; `examples` are those of the path's values.
    """
    notes = {"x-scope": scope, "x-codes": codes, "x-limit": limit, "x-examples": examples or {}}
    return {"auth": bearer(scope, ended=ended), "openapi_extra": notes}


def complete(document: dict) -> dict:
    """Add to Ninja's document what it does not know."""
    document["servers"] = [{"url": settings.PORTAL_URL}]
    document["info"]["license"] = {"name": "No license chosen yet: all rights are the operator’s, see the file LICENSE"}
    document["components"]["schemas"]["Problem"] = PROBLEM
    document["components"]["securitySchemes"] = security_schemes()
    # Titles of problems are for people, but the document is for programmers.
    with translation.override("en"):
        for calls in document["paths"].values():
            for method, operation in calls.items():
                complete_call(operation, method)
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    return document


def security_schemes() -> dict:
    """Say how to come by an access token; `bearer` is for tools that know nothing of OAuth."""
    token = f"{settings.PORTAL_URL}/identity/o/api/token"
    authorize = f"{settings.PORTAL_URL}/identity/o/authorize"
    of_persons, of_stores = ({scope.name: scope.says for scope in scopes_of(persons=each)} for each in (True, False))
    by_code = {"authorizationUrl": authorize, "tokenUrl": token, "refreshUrl": token, "scopes": of_persons}
    return {
        BY_CODE: {"type": "oauth2", "flows": {"authorizationCode": by_code}},
        BY_SECRET: {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": token, "scopes": of_stores}}},
        "bearer": {"type": "http", "scheme": "bearer"},
    }


def complete_call(operation: dict, method: str) -> None:
    """Add to one call its token, headers, and every problem that it can answer."""
    scope, codes = operation.pop("x-scope"), list(operation.pop("x-codes"))
    limit, examples = operation.pop("x-limit"), operation.pop("x-examples")
    scheme = BY_CODE if SCOPES[scope].of_persons else BY_SECRET
    operation["security"] = [{scheme: [scope]}, {"bearer": []}]
    for parameter in operation["parameters"]:
        if parameter["name"] in examples:
            parameter["example"] = examples[parameter["name"]]
    writes = method != "get"
    operation["parameters"] = [*operation["parameters"], *([KEY] if writes else []), LANGUAGE]
    headers = [*(["RateLimit", "RateLimit-Policy"] if limit else []), *(["Idempotency-Replayed"] if writes else [])]
    for answer in operation["responses"].values():
        answer["headers"] = {name: header(name) for name in headers}
    operation["responses"] = {**operation["responses"], **problems(all_codes(operation, codes, writes, limit))}


def all_codes(operation: dict, codes: list[str], writes: bool, limit: str) -> list[str]:
    """Return the codes of a call with those that it shares with others."""
    shared = ["bad_request", "invalid_token", "insufficient_scope", "invalid_request", "server_error", "unavailable"]
    if writes:
        shared += ["bad_idempotency_key", "in_progress", "idempotency_mismatch", "too_large", "unsupported_media_type"]
    if limit:
        shared.append("slow_down")
    known = list(KINDS)
    return sorted({*codes, *shared}, key=known.index)


def problems(codes: list[str]) -> dict[int, dict]:
    """Return the answers of these codes, by status."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(KINDS[code].status, []).append(code)
    return {status: answer_of(codes) for status, codes in sorted(by_status.items())}


def answer_of(codes: list[str]) -> dict:
    members = {name: schema for code in codes for name, schema in KINDS[code].members.items()}
    properties = {"code": {"enum": codes}, **members}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": properties}]}
    examples = {code: {"value": example_of(code)} for code in codes}
    answer: dict[str, Any] = {
        "description": "; ".join(str(KINDS[code].title) for code in codes) + ".",
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }
    names = {
        "WWW-Authenticate": {"invalid_token", "insufficient_scope"},
        "Retry-After": {"slow_down", "in_progress", "unavailable"},
        "RateLimit": {"slow_down"},
    }
    headers = {name: header(name) for name, those in names.items() if those & set(codes)}
    return {**answer, "headers": headers} if headers else answer


def example_of(code: str) -> dict:
    kind = KINDS[code]
    kinds = {"type": f"{settings.PORTAL_URL}/api/#{code}", "title": str(kind.title), "status": kind.status}
    return {**kinds, "detail": str(kind.detail or kind.title), "code": code, **kind.example}


def header(name: str) -> dict:
    description, example = HEADERS[name]
    return {"description": description, "schema": TEXT, "example": example}
