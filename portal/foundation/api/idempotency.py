"""The same request sent twice, with the same `Idempotency-Key`, is done once and answered the same for 24 hours."""

import functools
import hashlib
import json
import re
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from portal.foundation.crypto.sealing import seal, unseal
from portal.foundation.oauth.bearer import Caller, find_caller
from portal.foundation.queue.batches import delete_in_batches

from .models import KEPT_FOR, IdempotentResponse
from .problems import ProblemError

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
KEY = re.compile(r"[\x21-\x7e]{1,255}")
PURPOSE = "api answers"
# Not kept: what may be different in a moment, by no doing of the request.
PASSING = {401, 429}
KEPT_HEADERS = ["Content-Type", "Location"]


def once(run):
    """Wrap a call of the API, so that a key in its request makes it happen once."""

    @functools.wraps(run)
    def run_once(request: HttpRequest, **arguments) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        caller = find_caller(request) if key is not None and request.method in WRITES else None
        if caller is None:
            return run(request, **arguments)
        row, is_ours = begin(caller, clean_key(key), fingerprint_of(request), request.now)
        return answer_and_keep(row, run, request, arguments) if is_ours else replay(row)

    return run_once


def begin(caller: Caller, key: str, fingerprint: str, at: datetime) -> tuple[IdempotentResponse, bool]:
    """Return the row of this key, and whether the request is ours to answer; raises what the key refuses."""
    # Of two requests at once, the constraint lets one make the row; the other finds it.
    facts = {"fingerprint": fingerprint, "began_at": at}
    row, made = IdempotentResponse.objects.get_or_create(caller=name_of(caller), key=key, defaults=facts)
    if made or take_over(row, fingerprint, at):
        return row, True
    if row.fingerprint != fingerprint:
        raise ProblemError("idempotency_mismatch")
    if row.status is None:
        raise ProblemError("in_progress", headers={"Retry-After": "1"})
    return row, False


def take_over(row: IdempotentResponse, fingerprint: str, at: datetime) -> bool:
    """Make the row ours if its request will never be answered; of two who try, one does."""
    if not row.is_over(at):
        return False
    same = IdempotentResponse.objects.filter(pk=row.pk, began_at=row.began_at)
    return bool(same.update(began_at=at, fingerprint=fingerprint, status=None, sealed=b""))


def answer_and_keep(row: IdempotentResponse, run, request: HttpRequest, arguments: dict) -> HttpResponse:
    """Answer, and keep the answer; a crash or a passing refusal leaves the key as if it had not been used."""
    kept = False
    try:
        response = run(request, **arguments)
        if response.status_code < 500 and response.status_code not in PASSING:
            keep(row, response)
            kept = True
        return response
    finally:
        if not kept:
            IdempotentResponse.objects.filter(pk=row.pk).delete()


def keep(row: IdempotentResponse, response: HttpResponse) -> None:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    said = json.dumps({"headers": headers, "body": response.content.decode()}).encode()
    IdempotentResponse.objects.filter(pk=row.pk).update(status=response.status_code, sealed=seal(said, purpose=PURPOSE))


def replay(row: IdempotentResponse) -> HttpResponse:
    said = json.loads(unseal(row.sealed, purpose=PURPOSE))
    headers = {**said["headers"], "Idempotency-Replayed": "true"}
    return HttpResponse(said["body"], status=row.status, headers=headers)


def clean_key(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ProblemError("bad_idempotency_key")
    return key


def name_of(caller: Caller) -> str:
    """Name whose key it is: a sign-in keeps its keys when its access token is renewed."""
    return f"sign-in:{caller.sign_in.pk}" if caller.sign_in else f"client:{caller.client.pk}"


def fingerprint_of(request: HttpRequest) -> str:
    """Digest what makes it the same request."""
    parts = [request.method.encode(), request.get_full_path().encode(), request.body]
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def prune_answers(*, at: datetime) -> int:
    """Delete answers that are not repeated any more; return how many."""
    return delete_in_batches(IdempotentResponse.objects.filter(began_at__lt=at - KEPT_FOR))
