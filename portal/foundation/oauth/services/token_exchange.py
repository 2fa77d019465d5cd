"""The gate of the token endpoint: a code, a device's code and a refresh token pay out once, whoever asks how often.

allauth reads and deletes a code or token without a lock, so several requests at once would all be paid. Here the row of
the grant, or of the sign-in, is locked first, in the database, whatever the cache. Only then allauth is asked, and what
it hands out is kept in the same transaction.

Presented wrongly (another app, a wrong verifier), a code is not burnt: within its minute nobody guesses 256 bits, and
whoever sees a code in passing could otherwise keep its owner from signing in. Presented again after it paid, it ends
the sign-in (RFC 6749, 10.5): one of the two who had it is a thief.

Texts are in English and ASCII (RFC 6749, 5.2): a program reads them, not a person.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.idp.oidc import app_settings
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import constant_time_compare

from ..models import OLDEST, Grant, IssuedToken, SignIn
from .grants import shown_name
from .sign_ins import end_sign_ins

# An app that lost the answer asks again at once. It is refused, but that alone is no sign of a thief.
LOST_ANSWER = timedelta(seconds=30)
# What allauth hands out for the moment when the person proved who they are; empty when it refuses.
Issue = Callable[[datetime | None], dict]


def exchange_code(
    *,
    kind: str,
    value: str,
    client_id: str,
    device_name: str = "",
    address: str | None = None,
    issue: Issue,
    at: datetime,
) -> None:
    """Turn a code into the first tokens of a new sign-in. Raises `unknown`, `invalid_grant` or `expired_token`."""
    with transaction.atomic():
        grant = Grant.objects.select_for_update().filter(kind=kind, digest=digest_of(value)).first()
        if grant is None or grant.client_id != client_id:
            raise invalid("unknown")
        refusal = why_not_grant(grant, at)
        if refusal is None:
            tokens = issue(grant.authenticated_at)
            if tokens:
                begin(grant, tokens, shown_name(device_name), address, at)
        elif grant.spent_at:
            end_sign_ins(sign_ins=SignIn.objects.filter(pk=grant.sign_in_id), end=SignIn.End.REPLAYED, at=at)
    if refusal:
        raise refusal


def why_not_grant(grant: Grant, at: datetime) -> ValidationError | None:
    if grant.spent_at:
        return invalid()
    if grant.expires_at <= at:
        return ValidationError("The code has expired.", code=expired(grant.kind))
    if grant.user_id is None:
        return None
    # Locked, so that a change of the password sees the new sign-in and ends it, or is seen here.
    user = get_user_model().objects.select_for_update(no_key=True).get(pk=grant.user_id)
    same = constant_time_compare(user.get_session_auth_hash(), grant.password_mark)
    return None if same and user.is_active else invalid()


def invalid(code: str = "invalid_grant") -> ValidationError:
    return ValidationError("Unknown, expired or used already.", code=code)


def expired(kind: str) -> str:
    return "expired_token" if kind == Grant.Kind.DEVICE else "invalid_grant"


def begin(grant: Grant, tokens: dict, device_name: str, address: str | None, at: datetime) -> None:
    """Begin the sign-in that the person allowed."""
    grant.spent_at = at
    grant.sign_in = SignIn.objects.create(
        user_id=grant.user_id,
        client_id=grant.client_id,
        device_name=device_name or grant.device_name or shown_name(grant.client.name),
        address=address,
        started_at=at,
        authenticated_at=grant.authenticated_at,
    )
    grant.save(update_fields=["spent_at", "sign_in"])
    keep(grant.sign_in, tokens, at)


def rotate_refresh_token(*, value: str, client_id: str, issue: Issue, at: datetime) -> None:
    """Turn a refresh token into the next pair; the pair before dies.

    Raises `unknown`, `invalid_grant`, or why the sign-in ended.
    """
    with transaction.atomic():
        token = IssuedToken.objects.filter(kind=IssuedToken.Kind.REFRESH, digest=digest_of(value)).first()
        sign_in = token and SignIn.objects.select_for_update(no_key=True, of=("self",)).get(pk=token.sign_in_id)
        if token is None or sign_in.client_id != client_id:
            raise invalid("unknown")
        token.refresh_from_db()
        refusal, end = why_not_refresh(token, sign_in, at)
        if end:
            end_sign_ins(sign_ins=SignIn.objects.filter(pk=sign_in.pk), end=end, at=at)
        if refusal is None:
            tokens = issue(sign_in.authenticated_at)
            if tokens:
                spend(sign_in, at)
                keep(sign_in, tokens, at)
    if refusal:
        raise refusal


def why_not_refresh(token: IssuedToken, sign_in: SignIn, at: datetime) -> tuple[ValidationError | None, str]:
    """Return why the token is not renewed, and how the sign-in ends by that, if it does."""
    if sign_in.ended_at:
        return explain_end(sign_in), ""
    if token.spent_at:
        return invalid(), "" if answer_was_lost(token, at) else SignIn.End.REPLAYED
    if token.expires_at <= at or sign_in.started_at + OLDEST <= at:
        return invalid(), SignIn.End.TOO_OLD
    return None, ""


def answer_was_lost(token: IssuedToken, at: datetime) -> bool:
    """Tell whether the token was renewed a moment ago and nobody has used its successor yet."""
    later = token.sign_in.tokens.filter(kind=IssuedToken.Kind.REFRESH, pk__gt=token.pk)
    return at - token.spent_at < LOST_ANSWER and not later.filter(spent_at__isnull=False).exists()


def explain_end(sign_in: SignIn) -> ValidationError:
    """Say that the sign-in has ended, and, when its device was disconnected, when and by whom."""
    if sign_in.end not in {SignIn.End.DISCONNECTED, SignIn.End.MOVED}:
        return ValidationError("The sign-in has ended.", code="invalid_grant")
    told = {"disconnected_at": sign_in.ended_at, "disconnected_by": sign_in.ended_by_words}
    return ValidationError("The device was disconnected.", code="disconnected", params=told)


def spend(sign_in: SignIn, at: datetime) -> None:
    """Mark the current pair as renewed; its access token stops working."""
    current = sign_in.tokens.filter(spent_at__isnull=True)
    Token.objects.filter(hash__in=list(current.values_list("digest", flat=True))).delete()
    current.update(spent_at=at)


def keep(sign_in: SignIn, tokens: dict, at: datetime) -> None:
    """Remember what was handed out, by its hash."""
    lives = {
        IssuedToken.Kind.ACCESS: ("access_token", tokens["expires_in"]),
        IssuedToken.Kind.REFRESH: ("refresh_token", app_settings.REFRESH_TOKEN_EXPIRES_IN),
    }
    IssuedToken.objects.bulk_create(
        IssuedToken(
            sign_in=sign_in,
            kind=kind,
            digest=digest_of(tokens[name]),
            scopes=tokens.get("scope", ""),
            expires_at=at + timedelta(seconds=seconds),
        )
        for kind, (name, seconds) in lives.items()
        if name in tokens
    )


def revoke(*, value: str, client_id: str, ask: Callable[[], bool], at: datetime) -> None:
    """End the whole sign-in that a token belongs to. Raises `invalid_grant` when it is another app's.

    `ask` lets allauth prove who asks, and tells whether it did.
    """
    digest = digest_of(value)
    owners = {*Token.objects.filter(hash=digest).values_list("client_id", flat=True)}
    owners |= {*SignIn.objects.filter(tokens__digest=digest).values_list("client_id", flat=True)}
    if owners - {client_id}:
        raise ValidationError("The token belongs to another client.", code="invalid_grant")
    if ask():
        end_sign_ins(sign_ins=SignIn.objects.filter(tokens__digest=digest), end=SignIn.End.SIGNED_OUT, at=at)
        Token.objects.filter(hash=digest).delete()


def digest_of(value: Any) -> str:
    return get_adapter().hash_token(value)
