"""What a product believes: a lease that the portal signed for this product on this machine, and nothing else.

No time is compared here but the lease's own: whether it still runs is asked later, again and again (`states.py`).
"""

from dataclasses import dataclass
from typing import Any

import jwt

CLOCKS_MAY_DIFFER = 300  # seconds; the lease's "nbf" allows as much
TIMES = ("iat", "nbf", "exp", "license_ends_at", "check_in_after", "grace_until")


class LeaseRefusedError(Exception):
    """This is no lease for us; the text says why."""


class UnknownKeyError(LeaseRefusedError):
    """It may be a lease, signed with a key that we do not know yet: fetch the keys once more."""


@dataclass(frozen=True)
class Lease:
    """What the portal promises, as it stands in the token; times in seconds since 1970."""

    jti: str
    license: str
    plan: str
    features: tuple[str, ...]
    iat: int
    exp: int
    grace_until: int
    license_ends_at: int
    check_in_after: int
    nonce: str = ""


def verify(
    token: str, keys: dict[str, Any], *, issuer: str, product: str, machine_id: str, nonce: str | None = None
) -> Lease:
    """Return the lease, or raise `LeaseRefusedError`. `nonce` is what we sent, if this is the answer to a question."""
    key = key_of(token, keys)
    try:
        claims = jwt.decode(
            token,
            jwt.PyJWK(key, algorithm="EdDSA"),
            algorithms=["EdDSA"],  # a list of ours: the token's own word on it is not asked
            issuer=issuer,
            audience=product,
            subject=machine_id,
            options={
                "require": ["iss", "aud", "sub", "jti", "license", *TIMES],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
        return read(claims, nonce)
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        raise LeaseRefusedError(str(error)) from error


def key_of(token: str, keys: dict[str, Any]) -> dict[str, Any]:
    """Return the key that the token names, if it is one of the portal's and of the one kind that signs leases."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError as error:
        raise LeaseRefusedError(str(error)) from error
    if header.get("alg") != "EdDSA" or header.get("typ") != "lease+jwt":
        raise LeaseRefusedError("not signed as leases are")
    for key in keys.get("keys", []):
        if key.get("kid") == header.get("kid") and key.get("kty") == "OKP" and key.get("crv") == "Ed25519":
            return key
    raise UnknownKeyError("signed with an unknown key")


def read(claims: dict[str, Any], nonce: str | None) -> Lease:
    if nonce is not None and claims.get("nonce") != nonce:
        raise LeaseRefusedError("the answer to another question")
    times = {name: int(claims[name]) for name in TIMES}
    del times["nbf"]
    return Lease(
        jti=claims["jti"],
        license=claims["license"],
        plan=claims.get("plan", ""),
        features=tuple(claims.get("features", ())),
        nonce=claims.get("nonce", ""),
        **times,
    )
