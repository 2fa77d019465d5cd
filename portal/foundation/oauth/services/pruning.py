"""Taking away what nobody needs any more."""

from datetime import datetime, timedelta

from allauth.idp.oidc.models import Token
from django.db.models import Exists, OuterRef, Q

from portal.foundation.queue.batches import delete_in_batches, in_batches

from ..models import OLDEST, Grant, IssuedToken, SignIn
from .sign_ins import end_sign_ins

# An ended sign-in is kept so long for an app that was offline: it shall learn why it ended.
KEPT_FOR = timedelta(days=90)
# A spent access token says nothing that its refresh token does not.
ACCESS_KEPT_FOR = timedelta(days=1)
# By then whoever asks where a sign-in came from has asked.
ADDRESS_KEPT_FOR = timedelta(days=30)


def prune_sign_ins(*, at: datetime) -> dict[str, int]:
    """End sign-ins that nobody can renew any more; forget old ones, with expired tokens and codes. Return how many."""
    # NOT EXISTS: PostgreSQL gives NOT IN up for a loop in a loop as soon as the tokens outgrow its memory.
    alive = IssuedToken.objects.filter(sign_in=OuterRef("pk"), spent_at__isnull=True, expires_at__gt=at)
    idle = SignIn.objects.active().filter(~Exists(alive))
    old = SignIn.objects.active().filter(started_at__lte=at - OLDEST)
    access = Q(kind=IssuedToken.Kind.ACCESS, expires_at__lte=at - ACCESS_KEPT_FOR)
    tokens = [IssuedToken.objects.filter(access | Q(spent_at__lte=at - KEPT_FOR)), Token.objects.expired()]
    return {
        "ended": end_in_batches(idle, at) + end_in_batches(old, at),
        "sign_ins": delete_in_batches(SignIn.objects.filter(ended_at__lte=at - KEPT_FOR)),
        "grants": delete_in_batches(Grant.objects.filter(expires_at__lte=at - ACCESS_KEPT_FOR)),
        "tokens": sum(map(delete_in_batches, tokens)),
        "addresses": forget_addresses(at),
    }


def end_in_batches(rows, now: datetime) -> int:
    batches = (SignIn.objects.filter(pk__in=keys) for keys in in_batches(rows))
    return sum(end_sign_ins(sign_ins=batch, end=SignIn.End.TOO_OLD, at=now) for batch in batches)


def forget_addresses(now: datetime) -> int:
    """Forget from which network address a sign-in came, when it is of no use any more."""
    known = SignIn.objects.filter(address__isnull=False, started_at__lte=now - ADDRESS_KEPT_FOR)
    return sum(SignIn.objects.filter(pk__in=keys).update(address=None) for keys in in_batches(known))
