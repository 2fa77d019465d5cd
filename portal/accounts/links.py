"""What the link in a verification mail is worth: good, used, expired, or never ours."""

from typing import NamedTuple

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from django.core import signing


class Link(NamedTuple):
    state: str
    address: EmailAddress | None = None


def read_link(key: str) -> Link:
    """Read a link; one whose address was verified since, or was replaced by a newer registration, is used."""
    lives = app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS * 24 * 3600
    try:
        number = signing.loads(key, salt=app_settings.SALT)
    except signing.BadSignature:
        return Link("bad")
    address = EmailAddress.objects.select_related("user").filter(pk=number).first()
    if address is None or address.verified:
        return Link("used", address)
    try:
        signing.loads(key, salt=app_settings.SALT, max_age=lives)
    except signing.SignatureExpired:
        return Link("expired", address)
    return Link("good", address)
