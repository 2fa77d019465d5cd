"""Short addresses that open a download on another device: how they are spelled, and what is kept of them."""

import hashlib
from datetime import date, timedelta

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from licenses import spelling
from licenses.models import License

# Long enough that nobody guesses one (50 bits), short enough to be typed on a television.
LENGTH = 10
WORKS_FOR = timedelta(days=7)


def token_of(license: License, day: date) -> str:
    """Return what the link of this license reads on this day: the same all day, and nobody else can tell it."""
    secret = salted_hmac("downloads.links", f"{license.pk}:{license.owner_id}:{day}", algorithm="sha256").digest()
    bits = int.from_bytes(secret)
    return "".join(spelling.ALPHABET[bits >> 5 * place & 31] for place in range(LENGTH))


def digest_of(text: str) -> str:
    """Return what is kept of a link, however it was typed: small letters, no hyphen, O for zero."""
    return hashlib.sha256(spelling.normalize(text).encode()).hexdigest()


def address_of(token: str) -> str:
    """Return the whole address, as a QR code and a mail carry it."""
    return settings.PORTAL_URL + reverse("go", args=[spelling.display(token)])


def qr_of(address: str) -> str:
    """Return the QR code of an address as a picture that stands in the page itself."""
    return segno.make_qr(address, error="m").svg_data_uri(border=0, omitsize=True, svgclass=None, lineclass=None)
