"""What the example believes: a lease that the portal signed for this product on this machine, and nothing else."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from examples.desktop.lease import LeaseRefusedError, UnknownKeyError, verify
from tests.examples.leases import ISSUER, MACHINE, NOW, PRIVATE, PRODUCT, claims, public, signed


def check(token, keys=None, nonce="question"):
    return verify(token, keys or public(), issuer=ISSUER, product=PRODUCT, machine_id=MACHINE, nonce=nonce)


def test_lease_of_the_portal_is_believed():
    lease = check(signed())
    assert (lease.jti, lease.license, lease.iat) == ("lease-1", "4F2A-9C31-0001", NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"sub": "b" * 32},
        {"aud": "password-manager"},
        {"iss": "https://elsewhere.example.com"},
        {"nonce": "another question"},
        {"exp": None},
        {"exp": "soon"},
        {"jti": None},
        {"license_ends_at": None},
    ],
    ids=str,
)
def test_lease_for_somebody_else_is_refused(change):
    with pytest.raises(LeaseRefusedError):
        check(signed(**change))


def test_forged_signature_is_refused():
    with pytest.raises(LeaseRefusedError):
        check(signed(Ed25519PrivateKey.generate()))


def test_changed_lease_is_refused():
    head, _body, signature = signed().split(".")
    longer = signed(Ed25519PrivateKey.generate(), exp=NOW * 2).split(".")[1]
    with pytest.raises(LeaseRefusedError):
        check(f"{head}.{longer}.{signature}")


def test_unsigned_lease_is_refused():
    with pytest.raises(LeaseRefusedError):
        check(signed(None, alg="none"))


def test_lease_signed_with_the_public_key_as_a_password_is_refused():
    token = jwt.encode(
        claims(), public()["keys"][0]["x"], algorithm="HS256", headers={"kid": "one", "typ": "lease+jwt"}
    )
    with pytest.raises(LeaseRefusedError):
        check(token)


def test_key_of_another_kind_signs_no_lease():
    rsa = generate_private_key(65537, 2048)
    keys = {"keys": [{**RSAAlgorithm.to_jwk(rsa.public_key(), as_dict=True), "kid": "one"}]}
    with pytest.raises(LeaseRefusedError):
        check(signed(rsa, alg="RS256"), keys)


def test_unknown_key_is_told_apart_so_that_keys_are_fetched_again():
    with pytest.raises(UnknownKeyError):
        check(signed(kid="two"))
    assert check(signed(kid="two"), {"keys": [*public()["keys"], *public(PRIVATE, "two")["keys"]]})


def test_token_of_another_type_is_refused():
    with pytest.raises(LeaseRefusedError):
        check(signed(typ="at+jwt"))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\0", "." * 10_000])
def test_nonsense_is_refused(token):
    with pytest.raises(LeaseRefusedError):
        check(token)


@pytest.mark.parametrize("keys", [{"keys": []}, {"keys": [{"kid": "one", "kty": "OKP", "crv": "Ed25519", "x": "?"}]}])
def test_keys_that_are_none_are_refused(keys):
    with pytest.raises(LeaseRefusedError):
        check(signed(), keys)
