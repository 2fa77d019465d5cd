"""What a person allowed: the code that a browser carries to an app, and the code that a device shows."""

from datetime import datetime, timedelta
from typing import Any

from allauth.idp.oidc import app_settings
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.ui.words import one_line

from ..allauth_seam import answer_user_code
from ..models import LONGEST_NAME, Grant


def record_code(*, code: str, client: Client, user: Any, authenticated_at: datetime, at: datetime) -> Grant:
    """Remember a code that a browser now carries to the app: it pays out once."""
    return Grant.objects.create(
        kind=Grant.Kind.CODE,
        digest=get_adapter().hash_token(code),
        client=client,
        user=user,
        asked_at=at,
        expires_at=at + timedelta(seconds=app_settings.AUTHORIZATION_CODE_EXPIRES_IN),
        authenticated_at=authenticated_at,
        password_mark=user.get_session_auth_hash(),
    )


def record_device(*, device_code: str, client: Client, device_name: str, address: str | None, at: datetime) -> Grant:
    """Remember a device that asks to be signed in, and where it is, for the person who will be asked."""
    return Grant.objects.create(
        kind=Grant.Kind.DEVICE,
        digest=get_adapter().hash_token(device_code),
        client=client,
        device_name=shown_name(device_name) or client.name[:LONGEST_NAME],
        address=address,
        asked_at=at,
        expires_at=at + timedelta(seconds=app_settings.DEVICE_CODE_EXPIRES_IN),
    )


@transaction.atomic
def answer_device(*, device_code: str, user: Any, authenticated_at: datetime, confirm: bool) -> Grant:
    """Let the device in, or turn it away; the first answer counts. Raises `expired` when nobody waits for one."""
    digest = get_adapter().hash_token(device_code)
    grant = Grant.objects.waiting().select_for_update(of=("self",)).filter(digest=digest).first()
    if grant is None or not answer_user_code(device_code, user, confirm=confirm):
        raise ValidationError(_("This code is no longer valid."), code="expired")
    grant.user = user
    grant.authenticated_at = authenticated_at
    grant.password_mark = user.get_session_auth_hash()
    grant.save(update_fields=["user", "authenticated_at", "password_mark"])
    return grant


def shown_name(name: str) -> str:
    """Return the name of a device as a page can show it: one line, nothing invisible, not too long."""
    return one_line(name)[:LONGEST_NAME].rstrip()
