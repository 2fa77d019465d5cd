"""Taking away what nobody needs any more."""

from datetime import timedelta

from allauth.idp.oidc.models import Token
from django.db import transaction
from django.utils import timezone

from ..models import OLDEST, Grant, IssuedToken, SignIn
from .sign_ins import end_sign_ins

# An ended sign-in is kept so long for an app that was offline: it shall learn why it ended.
KEPT_FOR = timedelta(days=90)
# A spent access token says nothing that its refresh token does not.
ACCESS_KEPT_FOR = timedelta(days=1)


@transaction.atomic
def prune_sign_ins() -> dict[str, int]:
    """End sign-ins that nobody can renew any more; forget old ones, with expired tokens and codes. Return how many."""
    now = timezone.now()
    alive = IssuedToken.objects.filter(spent_at__isnull=True, expires_at__gt=now)
    idle = SignIn.objects.active().exclude(pk__in=alive.values("sign_in"))
    old = SignIn.objects.active().filter(started_at__lte=now - OLDEST)
    done = {
        "ended": sum(end_sign_ins(sign_ins=rows, end=SignIn.End.TOO_OLD, now=now) for rows in (idle, old)),
        "sign_ins": SignIn.objects.filter(ended_at__lte=now - KEPT_FOR).delete()[0],
        "grants": Grant.objects.filter(expires_at__lte=now - ACCESS_KEPT_FOR).delete()[0],
    }
    access = IssuedToken.objects.filter(kind=IssuedToken.Kind.ACCESS, expires_at__lte=now - ACCESS_KEPT_FOR)
    spent = IssuedToken.objects.filter(spent_at__lte=now - KEPT_FOR)
    done["tokens"] = (access | spent).delete()[0] + Token.objects.expired().delete()[0]
    return done
