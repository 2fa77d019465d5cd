"""Leases as the portal signs them, and as somebody might forge them."""

import json
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

ISSUER, PRODUCT, MACHINE = "https://portal.example.com", "security-cloud", "a" * 32
HOUR, DAY = 3600, 86400
NOW = 1_800_000_000
PRIVATE = Ed25519PrivateKey.generate()


def public(private: Ed25519PrivateKey = PRIVATE, kid: str = "one") -> dict[str, Any]:
    """The key set with this one key."""
    return {"keys": [{**json.loads(OKPAlgorithm.to_jwk(private.public_key())), "kid": kid, "alg": "EdDSA"}]}


def claims(**changes: Any) -> dict[str, Any]:
    """What a lease of three days says that was signed at NOW; its license runs for another month."""
    usual = {
        "iss": ISSUER,
        "aud": PRODUCT,
        "sub": MACHINE,
        "jti": "lease-1",
        "iat": NOW,
        "nbf": NOW - 300,
        "exp": NOW + 3 * DAY,
        "license": "4F2A-9C31-0001",
        "plan": "personal",
        "features": [],
        "license_ends_at": NOW + 30 * DAY,
        "check_in_after": NOW + 6 * HOUR,
        "grace_until": NOW + 10 * DAY,
        "nonce": "question",
    }
    return {**usual, **changes}


def signed(
    private: Any = PRIVATE, *, alg: str = "EdDSA", kid: str = "one", typ: str = "lease+jwt", **changes: Any
) -> str:
    return jwt.encode(claims(**changes), private, algorithm=alg, headers={"kid": kid, "typ": typ})
