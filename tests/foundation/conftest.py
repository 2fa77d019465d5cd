"""Where a store listens, and a way to let time pass for what waits."""

import pytest
from django.utils import timezone

from portal.foundation.webhooks import services
from portal.foundation.webhooks.models import Delivery, Endpoint
from tests.foundation.webhooks.receiver import Receiver


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def endpoint_and_secret(store, receiver):
    return services.add_endpoint(client_id=store.pk, url=receiver.url)


@pytest.fixture
def endpoint(endpoint_and_secret):
    return endpoint_and_secret[0]


@pytest.fixture
def secret(endpoint_and_secret):
    return endpoint_and_secret[1]


@pytest.fixture
def make_due():
    """Return a function that lets all waits end."""

    def make_due():
        Delivery.objects.update(next_try_at=timezone.now())
        Endpoint.objects.update(paused_until=None)

    return make_due


@pytest.fixture
def tell(store):
    """Return a function that announces something about a license of the store."""

    def tell(event_id: str, subject: str = "4F2A-9C31-7D08", **more):
        about = {"type": "license.added", "client_id": store.pk, "data": {"license": subject}, "at": timezone.now()}
        return services.announce(**{**about, **more}, event_id=event_id, subject=subject)

    return tell
