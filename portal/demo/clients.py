"""The demonstration's apps on devices, and its store, whose secret is kept in `demo.json` only."""

from allauth.idp.oidc.models import Client

from portal.foundation.oauth.services import give_secret, register_client

APPS = {
    "demo-windows": "Kaspersky for Windows",
    "demo-mac": "Kaspersky for Mac",
    "demo-android": "Kaspersky for Android",
    "demo-ios": "Kaspersky for iPhone and iPad",
}
STORE = {"id": "demo-store", "name": "Demonstration store"}


def load_clients(known: dict) -> dict:
    """Let the apps and the store sign in; return the store's id and secret, a new one if nobody knows it any more."""
    for id_, name in APPS.items():
        register_client(id=id_, name=name, kind="native")
    store, secret = register_client(id=STORE["id"], name=STORE["name"], kind="store")
    if secret is None:
        secret = known["client_secret"] if works(known) else give_secret(client=store)
    return {"client_id": store.pk, "client_secret": secret}


def works(known: dict) -> bool:
    """Tell whether the store can sign in with what `demo.json` says."""
    store = Client.objects.filter(pk=STORE["id"]).first()
    return store is not None and store.check_secret(known.get("client_secret", ""))


def are_loaded(known: dict) -> bool:
    """Tell whether this database has all of them, and the secret is the one that is kept."""
    return Client.objects.filter(pk__in=APPS).count() == len(APPS) and works(known)
