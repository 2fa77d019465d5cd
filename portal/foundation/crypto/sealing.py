"""Encrypt what must not be readable in a copy of the database, with keys made of SECRET_KEY; a purpose has its own."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class LostKeyError(Exception):
    """SECRET_KEY was changed without keeping the old one in SECRET_KEY_FALLBACKS."""


def seal(data: bytes, *, purpose: str) -> bytes:
    """Return the data encrypted, and safe against changes."""
    return keys(purpose).encrypt(data)


def unseal(sealed: bytes | memoryview, *, purpose: str) -> bytes:
    """Return the data again. Raises `LostKeyError` when no key of the settings opens it."""
    try:
        return keys(purpose).decrypt(bytes(sealed))
    except InvalidToken as error:
        raise LostKeyError(purpose) from error


def keys(purpose: str) -> MultiFernet:
    """Return the keys made of SECRET_KEY (which seals) and its fallbacks (which still open)."""
    return MultiFernet([fernet(secret, purpose) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def fernet(secret: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
