"""The lease: what it says, how it is signed, and how one that somebody shows is judged. Nothing here writes."""

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from devices.lease_keys import PURPOSE
from licenses.models import Plan, Seat
from licenses.standing import Standing
from portal.foundation.crypto.keys import public_jwks, signing_key

TYPE, ALGORITHM = "lease+jwt", PURPOSE.algorithm
LASTS = timedelta(hours=72)
CHECK_IN_AFTER = timedelta(hours=6)
CLOCKS_DIFFER = timedelta(minutes=5)
# After its end a product goes on with less for a while, unless the license itself is over.
LIMITED_FOR = timedelta(days=7)
LONGEST_NONCE = 200
LONGEST_TOKEN = 8_000
NEEDED = ["iss", "aud", "sub", "jti", "iat", "nbf", "exp"]
CHANCE = random.SystemRandom()

REASONS = {
    "": _("This lease is genuine and runs."),
    "unreadable": _("This cannot be read as a lease. Perhaps a piece of it is missing."),
    "wrong_type": _("This is no lease: it says of itself that it is something else."),
    "wrong_algorithm": _("This is forged: it is not signed in the way in which the portal signs leases."),
    "unknown_key": _(
        "It names a key that the portal does not have, or has not any more. It may be forged, or very old."
    ),
    "forged": _("This is forged: somebody changed it, or signed it with another key than the portal’s."),
    "other_portal": _("The portal signed this under another address. It does not count here."),
    "other_product": _("This lease is genuine, but for another product."),
    "other_device": _("This lease is genuine, but for another device."),
    "not_yet": _("This lease is genuine, but does not run yet. Perhaps a clock is wrong."),
    "expired": _("This lease is genuine, but has ended."),
}
NOT_OURS = {"unreadable", "wrong_type", "wrong_algorithm", "unknown_key", "forged", "other_portal"}


@dataclass(frozen=True)
class Verdict:
    """What a lease says, and the first reason, if any, why it does not count. What is not genuine may say anything."""

    code: str
    header: dict = field(default_factory=dict)
    claims: dict = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return self.code == ""

    @property
    def is_genuine(self) -> bool:
        """Whether the portal made it as it is, be it over by now or meant for another device."""
        return self.code not in NOT_OURS

    @property
    def text(self) -> str:
        return str(REASONS[self.code])


def make_claims(*, seat: Seat, standing: Standing, nonce: str = "") -> dict:
    """Return what a lease for this seat says; the license’s right must be in force."""
    license, device, at = seat.license, seat.device, standing.at
    plan, ends_at = standing.term_in_force.plan, standing.protected_until
    last = standing.with_grace(ends_at)
    expires_at = min(at + LASTS, last)
    is_trial = plan.kind == Plan.Kind.TRIAL
    wait = min(CHECK_IN_AFTER, (expires_at - at) / 2) * CHANCE.uniform(0.8, 1.2)  # no two devices at one time
    claims = {
        "iss": settings.PORTAL_URL,
        "aud": license.product.slug,
        "sub": device.machine_id,
        "jti": uuid4().hex,
        "iat": seconds(at),
        "nbf": seconds(at - CLOCKS_DIFFER),
        "exp": seconds(expires_at),
        "license": license.support_key,
        "plan": plan.slug,
        "features": [],
        "license_ends_at": seconds(ends_at),
        "check_in_after": seconds(at + wait),
        "grace_until": seconds(expires_at if is_trial else min(expires_at + LIMITED_FOR, last)),
    }
    return {**claims, "nonce": nonce} if nonce else claims


def sign(claims: dict) -> str:
    """Return the lease as the product keeps it."""
    kid, key = signing_key(PURPOSE.name)
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": kid})


def read_lease(token: str, *, at: datetime, product: str | None = None, machine_id: str | None = None) -> Verdict:
    """Judge what somebody shows as a lease; whatever it is, this raises nothing."""
    try:
        header, claims = unverified(token)
    except (jwt.PyJWTError, ValueError):
        return Verdict("unreadable")
    code = doubt_origin(token, header, claims, at) or doubt_use(claims, product, machine_id, at)
    return Verdict(code, header, claims)


def unverified(token: str) -> tuple[dict, dict]:
    """Return what it says before anything is believed."""
    if len(token) > LONGEST_TOKEN:
        raise ValueError("too long")
    claims = jwt.decode(token, options={"verify_signature": False})
    json.dumps(claims, allow_nan=False)  # Python reads NaN and Infinity, which no lease has
    return jwt.get_unverified_header(token), claims


def doubt_origin(token: str, header: dict, claims: dict, at: datetime) -> str:
    """Say why the portal did not make this, or nothing. What the header names is compared, never obeyed."""
    if header.get("typ") != TYPE:
        return "wrong_type"
    if header.get("alg") != ALGORITHM:
        return "wrong_algorithm"
    keys = {key["kid"]: key for key in public_jwks(PURPOSE.name, at=at)["keys"]}
    if header.get("kid") not in keys:
        return "unknown_key"
    try:
        key = jwt.PyJWK(keys[header["kid"]], ALGORITHM)
        only_signature = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}
        jwt.decode(token, key, algorithms=[ALGORITHM], options={**only_signature, "require": NEEDED})
    except jwt.PyJWTError:
        return "forged"
    return "" if claims["iss"] == settings.PORTAL_URL else "other_portal"


def doubt_use(claims: dict, product: str | None, machine_id: str | None, at: datetime) -> str:
    """Say why a genuine lease does not count here and now, or nothing."""
    if product is not None and claims["aud"] != product:
        return "other_product"
    if machine_id is not None and claims["sub"] != machine_id:
        return "other_device"
    if at.timestamp() < claims["nbf"]:
        return "not_yet"
    return "" if at.timestamp() < claims["exp"] else "expired"


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def moment_of(number: int) -> datetime:
    """Return the moment that a claim of a genuine lease names."""
    return datetime.fromtimestamp(number, UTC)
