"""How a code is kept without being kept in clear: by one key it is found again, by the other it is read again."""

import hashlib
import hmac
from typing import NamedTuple

from django.conf import settings

from licenses import spelling
from portal.foundation.crypto import sealing

PURPOSE = "activation-code:seal:v1"


class Made(NamedTuple):
    """A code and what is stored of it."""

    code: str
    digest: str
    sealed: str


def digest(code: str, key: str | None = None) -> str:
    """Return the keyed digest by which a normalized code is looked up."""
    secret = (key or settings.CODE_DIGEST_KEYS[0]).encode()
    return hmac.new(secret, b"activation-code:v1:" + code.encode(), hashlib.sha256).hexdigest()


def digests(code: str) -> list[str]:
    """Return the digests under every key that is still in use, so that a rotation locks nobody out."""
    return [digest(code, key) for key in settings.CODE_DIGEST_KEYS]


def seal(code: str) -> str:
    """Encrypt a code; only the holder's own mail and an allowed export open it again."""
    return sealing.seal(code.encode(), purpose=PURPOSE, keys=settings.CODE_SEAL_KEYS).decode()


def unseal(sealed: str) -> str | None:
    """Decrypt a sealed code; None when no key of ours fits."""
    try:
        return sealing.unseal(sealed.encode(), purpose=PURPOSE, keys=settings.CODE_SEAL_KEYS).decode()
    except sealing.LostKeyError:
        return None


def make(code: str) -> Made:
    """Return a normalized code with its digest and its sealed text."""
    return Made(code, digest(code), seal(code))


def make_fresh(count: int) -> list[Made]:
    """Make new codes with all that is stored of them."""
    return [make(spelling.new_code()) for _number in range(count)]
