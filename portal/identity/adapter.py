"""Where allauth's OpenID provider asks us: who we are, which keys sign, and what a permission is called."""

from typing import ClassVar

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.internal.private_keys import filter_keys
from allauth.idp.oidc.models import PrivateKey
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from . import keys
from .models import SigningKey


class OIDCAdapter(DefaultOIDCAdapter):
    scope_display: ClassVar[dict] = {
        "openid": _("Know which account is yours"),
        "email": _("See your email address"),
        "profile": _("See your name"),
        "devices": _("Connect this device and use your licenses on it"),
        "orders": _("Add licenses for customers of a store"),
    }

    def get_issuer(self) -> str:
        return settings.PORTAL_URL

    def list_private_keys(self, *, did_activate=None, is_active=None) -> list[PrivateKey]:
        """Return the current key, and the retired ones as long as they are served."""
        keys.signing_key(SigningKey.Purpose.OIDC)
        return filter_keys(
            [
                PrivateKey(
                    pem=keys.pem_of(keys.private_key(key)).decode(),
                    issued_at=key.made_at,
                    expires_at=key.retired_at and key.retired_at + keys.SERVED_FOR,
                )
                for key in keys.served(SigningKey.Purpose.OIDC)
            ],
            did_activate=did_activate,
            is_active=is_active,
        )
