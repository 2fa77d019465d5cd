"""The keys that sign: made when first needed, rotated by command, the private half sealed in the database."""

import base64
import hashlib
import json
import time
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from .models import SigningKey
from .purposes import PURPOSES
from .sealing import seal, unseal

# For how long a retired key is still served, for what it signed.
SERVED_FOR = timedelta(days=30)
SEALED_FOR = "crypto.signing-key"
# In the order of RFC 7638.
THUMBPRINT = {"RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
# What this process has unsealed already, by key id: opening a key is slow and the key never changes.
unsealed: dict[str, PrivateKey] = {}
# Which key signs, and when this process looked: it goes on with a key that was retired a moment ago, which harms
# nobody, and saves a query for every lease. In seconds of a clock that nobody sets: by one that is set back, it would
# sign on with a key that was retired long ago.
looked_up: dict[str, tuple[float, SigningKey]] = {}


def signing_key(purpose: str) -> tuple[str, PrivateKey]:
    """Return the key id and the private key that sign now; the first call of all makes them."""
    key = remembered(purpose)
    return key.kid, private_key(key)


def remembered(purpose: str) -> SigningKey:
    """Return the key that this process looked up a moment ago; look again when it is longer ago."""
    now = time.monotonic()
    if purpose in looked_up and now - looked_up[purpose][0] < settings.SIGNING_KEY_KEPT_FOR.total_seconds():
        return looked_up[purpose][1]
    key = current(purpose).first()
    if key is None:
        # Not remembered: whoever needed it may be refused, and its key goes with all else that was written.
        return first_key(purpose)
    looked_up[purpose] = now, key
    return key


def public_jwks(purpose: str, *, at: datetime) -> dict:
    """Return the JSON Web Key Set with which anybody checks what we signed in the last thirty days."""
    keys = [key.public for key in served(purpose, at=at)]
    return {"keys": keys or [first_key(purpose).public]}


def served(purpose: str, *, at: datetime) -> QuerySet[SigningKey]:
    """Return the current key and those that were retired not long ago."""
    retired_late = Q(retired_at__isnull=True) | Q(retired_at__gt=at - SERVED_FOR)
    return SigningKey.objects.filter(retired_late, purpose=purpose)


def first_key(purpose: str) -> SigningKey:
    """Make the key of a purpose that has none; of several calls at once, one makes it and all get it."""
    try:
        with transaction.atomic():
            return SigningKey.objects.create(**new_key(purpose))
    except IntegrityError:
        return current(purpose).get()


def rotate_key(*, purpose: str, at: datetime) -> SigningKey:
    """Make a new key that signs from now on and retire the one before; of several calls at once, one does it."""
    key = new_key(purpose)
    try:
        with transaction.atomic():
            pks = list(current(purpose).select_for_update().values_list("pk", flat=True))
            SigningKey.objects.filter(pk__in=pks).update(retired_at=at)
            looked_up.pop(purpose, None)
            return SigningKey.objects.create(**key, made_at=at)
    except IntegrityError:
        return current(purpose).get()


def current(purpose: str) -> QuerySet[SigningKey]:
    return SigningKey.objects.filter(purpose=purpose, retired_at__isnull=True)


def new_key(purpose: str) -> dict:
    """Return the columns of a new key."""
    algorithm = PURPOSES[purpose].algorithm
    private, public = MAKERS[algorithm]()
    public.pop("key_ops", None)
    kid = thumbprint(public)
    return {
        "purpose": purpose,
        "kid": kid,
        "public": {**public, "alg": algorithm, "kid": kid, "use": "sig"},
        "private": seal(pem_of(private), purpose=SEALED_FOR),
    }


def new_rsa() -> tuple[PrivateKey, dict]:
    private = generate_private_key(public_exponent=65537, key_size=2048)
    return private, RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)


def new_ed25519() -> tuple[PrivateKey, dict]:
    private = Ed25519PrivateKey.generate()
    return private, OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)


MAKERS = {"RS256": new_rsa, "EdDSA": new_ed25519}


def pem_of(private: PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def private_key(key: SigningKey) -> PrivateKey:
    """Return the private half of a key, unsealed once a process."""
    if key.kid not in unsealed:
        pem = unseal(key.private, purpose=SEALED_FOR)
        unsealed[key.kid] = load_pem_private_key(pem, password=None)  # type: ignore[assignment]  # of a kind of ours
    return unsealed[key.kid]


def thumbprint(public: dict) -> str:
    """Name a key by its content (RFC 7638), as allauth does."""
    members = {name: public[name] for name in THUMBPRINT[public["kty"]]}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
