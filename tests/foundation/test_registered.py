"""What the apps register with the foundation is known everywhere, and is no migration."""

import pytest
from django.core.management import call_command

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


@pytest.mark.parametrize("registered", ["topic"])
def test_what_is_registered_is_no_migration(registered, request):
    request.getfixturevalue(registered)
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
