"""Ending sign-ins."""

from datetime import datetime
from typing import Any

from allauth.idp.oidc.models import Token
from django.db import transaction
from django.db.models import QuerySet

from ..models import IssuedToken, SignIn


@transaction.atomic
def end_sign_ins(*, sign_ins: QuerySet[SignIn], end: str, actor: Any = None, at: datetime) -> int:
    """End these sign-ins, each once, and with them all their tokens; return how many ended now.

    Locks the sign-ins, after whatever the caller has locked.
    """
    locked = SignIn.objects.active().filter(pk__in=sign_ins.order_by().values("pk")).order_by("pk")
    pks = list(locked.select_for_update(no_key=True).values_list("pk", flat=True))
    digests = IssuedToken.objects.filter(sign_in__in=pks, spent_at__isnull=True).values("digest")
    Token.objects.filter(hash__in=list(digests.values_list("digest", flat=True))).delete()
    return SignIn.objects.filter(pk__in=pks).update(ended_at=at, end=end, ended_by=actor)
