"""Where allauth's OpenID provider asks us: who we are, which keys sign, and what a permission is called."""

import secrets

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import PrivateKey
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.foundation.crypto import keys

from .authorize import PROMPTS
from .id_tokens import PURPOSE
from .registered import scopes_of

ENDPOINTS = {
    "authorization_endpoint": "authorization",
    "token_endpoint": "token",
    "revocation_endpoint": "revoke",
    "userinfo_endpoint": "userinfo",
    "jwks_uri": "jwks",
    "device_authorization_endpoint": "device_code",
}
CLAIMS = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "email", "email_verified", "name"]


# OpenID's own; the others are the apps'.
SCOPES_OF_OPENID = {
    "openid": _("Know which account is yours"),
    "email": _("See your email address"),
    "profile": _("See your name"),
}


class OIDCAdapter(DefaultOIDCAdapter):
    @property
    def scope_display(self) -> dict:
        """What each scope is called on the page that asks a person."""
        ours = (*scopes_of(persons=True), *scopes_of(persons=False))
        return {**SCOPES_OF_OPENID, **{scope.name: scope.asks for scope in ours}}

    def get_issuer(self) -> str:
        return settings.PORTAL_URL

    def generate_client_secret(self) -> str:
        """Make a secret that means the same however a library encodes it."""
        return secrets.token_hex(32)

    def get_claims(self, purpose, user, client, scopes, email=None, **kwargs) -> dict:
        """Tell an app about the customer; who has no name here is not called by the address instead."""
        claims = super().get_claims(purpose, user, client, scopes, email=email, **kwargs)
        if not user.name:
            claims.pop("name", None)
        return claims

    def populate_id_token(self, id_token: dict, client, scopes, **kwargs) -> None:
        """Say when the person proved who they are, so that an app can ask for a fresh sign-in."""
        moment = getattr(self.request, "authenticated_at", None)
        if moment:
            id_token["auth_time"] = int(moment.timestamp())

    def populate_server_metadata(self, data: dict) -> None:
        """Name what there is: our own addresses, and only what is served behind them."""
        data.pop("end_session_endpoint", None)
        data.update({name: f"{settings.PORTAL_URL}{reverse(f'idp:oidc:{page}')}" for name, page in ENDPOINTS.items()})
        data.update(
            {
                "scopes_supported": list(self.scope_display),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "prompt_values_supported": sorted(PROMPTS),
                "claims_supported": CLAIMS,
                "claims_parameter_supported": False,
                "request_parameter_supported": False,
                "request_uri_parameter_supported": False,
                "ui_locales_supported": [code for code, _name in settings.LANGUAGES],
                "revocation_endpoint_auth_methods_supported": data["token_endpoint_auth_methods_supported"],
            }
        )

    def list_private_keys(self, *, did_activate=None, is_active=None) -> list[PrivateKey]:
        """Return the current key, and the retired ones as long as they are served: all of them can be asked for."""
        keys.signing_key(PURPOSE.name)
        return [
            PrivateKey(
                pem=keys.pem_of(keys.private_key(key)).decode(),
                issued_at=key.made_at,
                expires_at=key.retired_at and key.retired_at + keys.SERVED_FOR,
            )
            for key in keys.served(PURPOSE.name, at=self.request.now)
        ]
