"""Encrypt what must not be readable in a copy of the database: one key a secret and purpose, the first secret seals."""

import base64
from collections.abc import Iterable
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class LostKeyError(Exception):
    """None of the keys opens it: the one that sealed it was taken away without keeping it as a fallback."""


def seal(data: bytes, *, purpose: str, keys: Iterable[str] = ()) -> bytes:
    """Return the data encrypted, and safe against changes; without `keys`, by SECRET_KEY."""
    return cipher(purpose, tuple(keys) or portal_keys()).encrypt(data)


def unseal(sealed: bytes | memoryview, *, purpose: str, keys: Iterable[str] = ()) -> bytes:
    """Return the data again. Raises `LostKeyError` when no key of the settings opens it."""
    try:
        return cipher(purpose, tuple(keys) or portal_keys()).decrypt(bytes(sealed))
    except InvalidToken as error:
        raise LostKeyError(purpose) from error


def portal_keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=32)
def cipher(purpose: str, keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(derived_key(key, purpose)) for key in keys])


def derived_key(key: str, purpose: str) -> bytes:
    """Derive a Fernet key from a secret of the environment, which may have any length (RFC 5869)."""
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return base64.urlsafe_b64encode(derive.derive(key.encode()))
