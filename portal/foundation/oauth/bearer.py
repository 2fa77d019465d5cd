"""Who calls the API: an access token, looked up in one query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from .models import IssuedToken, SignIn
from .registered import READ_ALONG


@dataclass(frozen=True)
class Caller:
    """Who holds the token. A store has neither user nor sign-in; `ended` may only be told so, and no more."""

    user: Any
    client: Client
    sign_in: SignIn | None
    scopes: frozenset[str]
    ended: bool = False


def find_caller(request: HttpRequest) -> Caller | None:
    """Return who sent the request; None without a token, or with one that is unknown, replaced or too old."""
    if not hasattr(request, "_caller"):
        request._caller = caller_of(bearer_token(request), at=request.now)
    return request._caller


def bearer_token(request: HttpRequest) -> str:
    """Return the token of the Authorization header: neither the address nor the body may carry one."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def caller_of(token: str, *, at: datetime) -> Caller | None:
    if not token:
        return None
    digest = get_adapter().hash_token(token)
    return person_with(digest, at) or store_with(digest, at)


def person_with(digest: str, at: datetime) -> Caller | None:
    """Return whose sign-in the token belongs to, be it ended or not."""
    kept = Exists(Token.objects.filter(type=Token.Type.ACCESS_TOKEN, hash=OuterRef("digest")))
    issued = (
        IssuedToken.objects.filter(
            digest=digest,
            kind=IssuedToken.Kind.ACCESS,
            spent_at__isnull=True,
            expires_at__gt=at,
            sign_in__client__suspension__isnull=True,
        )
        .annotate(kept=kept)
        .select_related(*READ_ALONG)
        .first()
    )
    if issued is None:
        return None
    sign_in = issued.sign_in
    ended = sign_in.ended_at is not None or not sign_in.user.is_active
    if not (ended or issued.kept):
        return None
    return Caller(sign_in.user, sign_in.client, sign_in, frozenset(issued.scopes.split()), ended)


def store_with(digest: str, at: datetime) -> Caller | None:
    """Return the client that signed in for itself. Such a token belongs to no person, and to no sign-in."""
    tokens = Token.objects.valid().filter(
        type=Token.Type.ACCESS_TOKEN, hash=digest, user__isnull=True, client__suspension__isnull=True
    )
    token = tokens.select_related("client").first()
    if token is None or token.client is None:
        return None
    return Caller(None, token.client, None, frozenset(token.get_scopes()))
