"""Who calls: the bearer of an access token. A session cookie is no authentication here."""

from django.http import HttpRequest

from portal.foundation.oauth.bearer import Caller, find_caller
from portal.foundation.oauth.registered import SCOPES

from .problems import ProblemError


class Bearer:
    """Let a call through whose access token has this scope; the call finds its `Caller` in `request.auth`.

    With `ended`, a token also passes whose sign-in was ended: an app has to learn why. The call then looks at
    `request.auth.ended` before it does anything.
    """

    def __init__(self, scope: str, *, ended: bool = False):
        self.scope, self.ended = scope, ended

    def __call__(self, request: HttpRequest) -> Caller:
        caller = find_caller(request)
        if caller is None or (caller.ended and not self.ended):
            raise invalid_token(request)
        if self.scope not in caller.scopes or (caller.user is None and SCOPES[self.scope].of_persons):
            challenge = f'Bearer error="insufficient_scope", scope="{self.scope}"'
            raise ProblemError("insufficient_scope", headers={"WWW-Authenticate": challenge})
        return caller


def bearer(scope: str, *, ended: bool = False) -> Bearer:
    """Return the authentication of a call, for `auth=`."""
    return Bearer(scope, ended=ended)


def invalid_token(request: HttpRequest) -> ProblemError:
    """Return the refusal of a token; who sent none is not told about an error (RFC 6750)."""
    sent = request.headers.get("Authorization", "")
    return ProblemError("invalid_token", headers={} if sent else {"WWW-Authenticate": "Bearer"})
