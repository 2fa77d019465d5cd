"""Sign messages as Standard Webhooks says (https://www.standardwebhooks.com), with secrets that are kept sealed."""

import base64
import hashlib
import hmac
import secrets

from portal.foundation.crypto.sealing import seal, unseal

PURPOSE = "portal.foundation.webhooks"
PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """Make a secret as receivers' libraries take it: “whsec_…”."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def seal_secret(secret: str) -> bytes:
    return seal(secret.encode(), purpose=PURPOSE)


def signed_headers(*, event_id: str, timestamp: int, body: bytes, sealed_secrets: list[bytes]) -> dict[str, str]:
    """Return the three headers of a message, with one signature a secret. Raises `LostKeyError`."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    opened = [unseal(sealed, purpose=PURPOSE).decode() for sealed in sealed_secrets]
    keys = [base64.b64decode(secret.removeprefix(PREFIX)) for secret in opened]
    digests = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
    }
