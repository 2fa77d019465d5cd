"""What is sealed opens by the key that sealed it, for what it was sealed for, and by nothing else."""

import pytest
from cryptography.fernet import Fernet

from portal.foundation.crypto.sealing import LostKeyError, seal, unseal

OLD, NEW = "an-old-secret", "a-new-secret"


def test_first_key_seals_and_the_others_still_open():
    sealed = seal(b"x", purpose="letters", keys=[OLD])
    assert unseal(sealed, purpose="letters", keys=[NEW, OLD]) == b"x"
    with pytest.raises(LostKeyError):
        unseal(sealed, purpose="letters", keys=[NEW])
    with pytest.raises(LostKeyError):
        unseal(seal(b"x", purpose="letters", keys=[NEW, OLD]), purpose="letters", keys=[OLD])


def test_one_purpose_does_not_open_the_other():
    with pytest.raises(LostKeyError):
        unseal(seal(b"x", purpose="letters"), purpose="answers")


def test_without_keys_it_is_the_secret_of_the_portal(settings):
    sealed = seal(b"x", purpose="letters")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [settings.SECRET_KEY]
    assert unseal(sealed, purpose="letters") == b"x"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(LostKeyError):
        unseal(sealed, purpose="letters")


def test_key_is_derived_as_ever():
    """HKDF-SHA256 of the secret without salt, the purpose as its info: what is in databases must open for ever."""
    derived = Fernet(b"nbit6EA1kPItZscnfehpJYuxdxvIbMRm2_WqLD52AqY=")
    assert unseal(derived.encrypt(b"x"), purpose="activation-code:seal:v1", keys=[OLD]) == b"x"
