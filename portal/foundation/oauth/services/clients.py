"""Apps and stores that may sign in here."""

from datetime import datetime
from typing import Any, Literal

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.db import transaction

from ..models import Suspension
from ..registered import scopes_of

# RFC 8252, 7.3: an app listens on whatever port is free, so the port is not part of the address.
LOOPBACK = ["http://127.0.0.1/callback", "http://[::1]/callback"]
KINDS: dict[str, dict] = {
    "native": {
        "type": Client.Type.PUBLIC,
        "grants": [Client.GrantType.AUTHORIZATION_CODE, Client.GrantType.REFRESH_TOKEN, Client.GrantType.DEVICE_CODE],
        "scopes": ["openid", "email", "profile"],
        "of_persons": True,
        "addresses": LOOPBACK,
    },
    "store": {
        "type": Client.Type.CONFIDENTIAL,
        "grants": [Client.GrantType.CLIENT_CREDENTIALS],
        "scopes": [],
        "of_persons": False,
        "addresses": [],
    },
}


@transaction.atomic
def register_client(
    *, id: str, name: str, kind: Literal["native", "store"], skip_consent: bool = True
) -> tuple[Client, str | None]:
    """Let an app on devices, or a store, sign in here; return it with its secret, which nobody can read again.

    Known by its id, it is brought up to date and keeps its secret: then, and for apps, the secret is None.
    """
    rules = KINDS[kind]
    scopes = [*rules["scopes"], *(scope.name for scope in scopes_of(persons=rules["of_persons"]))]
    client = Client.objects.select_for_update().filter(pk=id).first() or Client(id=id, secret="")
    is_new = client._state.adding
    client.name, client.type, client.skip_consent = name, rules["type"], skip_consent
    client.set_grant_types(rules["grants"])
    client.set_response_types(["code"] if rules["addresses"] else [])
    client.set_scopes(scopes)
    client.set_default_scopes(scopes)
    client.set_redirect_uris(rules["addresses"])
    client.save()
    return client, give_secret(client=client) if is_new and kind == "store" else None


def give_secret(*, client: Client) -> str:
    """Give the client a new secret and return it; only its hash is kept, and the one before stops working."""
    secret = get_adapter().generate_client_secret()
    client.set_secret(secret)
    client.save(update_fields=["secret"])
    return secret


@transaction.atomic
def suspend_client(*, client: Client, actor: Any = None, at: datetime) -> Suspension:
    """Switch an app or a store off until it is restored; its sign-ins stay, and wait. Twice is once."""
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    facts = {"suspended_by": actor, "suspended_at": at}
    suspension, _made = Suspension.objects.get_or_create(client=client, defaults=facts)
    # `bearer` asks for the suspension; userinfo is allauth's and knows none.
    Token.objects.filter(client=client, type=Token.Type.ACCESS_TOKEN).delete()
    return suspension


def restore_client(*, client: Client) -> None:
    """Switch an app or a store on again; with their refresh tokens its devices go on by themselves."""
    Suspension.objects.filter(client=client).delete()


def is_suspended(client_id: str) -> bool:
    return Suspension.objects.filter(client=client_id).exists()
