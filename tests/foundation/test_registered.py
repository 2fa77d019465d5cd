"""What the apps register with the foundation is known everywhere, and is no migration."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from portal.foundation.crypto import purposes
from portal.foundation.crypto.keys import public_jwks
from portal.foundation.crypto.models import SigningKey
from portal.foundation.crypto.purposes import Purpose
from portal.foundation.oauth import registered
from portal.foundation.oauth.adapter import OIDCAdapter
from portal.foundation.oauth.registered import Scope, scopes_of
from portal.foundation.oauth.services import register_client
from portal.foundation.webhooks import topics
from portal.foundation.webhooks.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic(monkeypatch):
    monkeypatch.setitem(topics.LABELS, "boat.sunk", "A boat sank")
    return "boat.sunk"


def test_topic_of_an_app_is_a_topic(topic):
    assert topic in topics.all_topics()
    assert Delivery(topic=topic).get_topic_display() == "A boat sank"


@pytest.fixture
def purpose(monkeypatch):
    monkeypatch.setitem(purposes.PURPOSES, "log", Purpose("log", "Log books", "EdDSA"))
    return "log"


def test_purpose_of_an_app_gets_keys_of_its_algorithm(purpose):
    (key,) = public_jwks(purpose, at=timezone.now())["keys"]
    assert (key["alg"], key["crv"]) == ("EdDSA", "Ed25519")
    assert SigningKey.objects.get().get_purpose_display() == "Log books"


def test_scope_of_an_app_is_asked_for_and_given(monkeypatch):
    scope = Scope("boats", asks="Sail your boats", says="Sail", of_persons=True)
    monkeypatch.setitem(registered.SCOPES, "boats", scope)
    client, _secret = register_client(id="boat", name="Boat", kind="native")
    assert scope in scopes_of(persons=True)
    assert OIDCAdapter().scope_display["boats"] == "Sail your boats"
    assert "boats" in client.get_scopes()


@pytest.mark.parametrize("kind", ["topic", "purpose"])
def test_what_is_registered_is_no_migration(kind, request):
    request.getfixturevalue(kind)
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
