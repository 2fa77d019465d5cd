"""Seal a mail while it waits: links and codes in it are worth money, and a copy of the database must not show them."""

import base64
import json

from django.core.exceptions import ValidationError
from django.core.mail import DNS_NAME, EmailMessage, EmailMultiAlternatives, make_msgid
from django.utils.translation import gettext_lazy as _

from portal.foundation.crypto.sealing import LostKeyError, seal, unseal

PURPOSE = "portal.foundation.mail"
ADDRESSES = ("to", "cc", "bcc", "reply_to")


def seal_mail(message: EmailMessage) -> bytes:
    """Return the whole message, encrypted; every delivery of it will carry the same Message-ID."""
    headers = {"Message-ID": make_msgid(domain=DNS_NAME), **message.extra_headers}
    parts = {
        "subject": str(message.subject),
        "body": str(message.body),
        "subtype": message.content_subtype,
        "from_email": message.from_email,
        "headers": {name: str(value) for name, value in headers.items()},
        "alternatives": [[str(content), kind] for content, kind in getattr(message, "alternatives", [])],
        "attachments": [pack_attachment(*attachment) for attachment in message.attachments],
        **{field: [str(address) for address in getattr(message, field)] for field in ADDRESSES},
    }
    return seal(json.dumps(parts).encode(), purpose=PURPOSE)


def open_mail(sealed: bytes | memoryview, connection=None) -> EmailMultiAlternatives:
    """Return the message again. Raises `sealed_with_lost_key` when no key of the settings opens it."""
    try:
        parts = json.loads(unseal(sealed, purpose=PURPOSE))
    except LostKeyError as error:
        raise ValidationError(
            _("SECRET_KEY was changed without keeping the old one in SECRET_KEY_FALLBACKS; the mail is lost."),
            code="sealed_with_lost_key",
        ) from error
    message = EmailMultiAlternatives(
        subject=parts["subject"],
        body=parts["body"],
        from_email=parts["from_email"],
        headers=parts["headers"],
        connection=connection,
        **{field: parts[field] for field in ADDRESSES},
    )
    message.content_subtype = parts["subtype"]
    for content, kind in parts["alternatives"]:
        message.attach_alternative(content, kind)
    for name, content, kind in parts["attachments"]:
        message.attach(name, base64.b64decode(content), kind)
    return message


def pack_attachment(name: str, content: str | bytes, kind: str) -> list[str]:
    data = content.encode() if isinstance(content, str) else content
    return [name, base64.b64encode(data).decode(), kind]
