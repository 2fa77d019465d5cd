"""No address of the operator's own network is ever called, whatever name it hides behind."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.foundation.webhooks import post, services
from portal.foundation.webhooks.addresses import is_public, refuse_address
from portal.foundation.webhooks.models import Delivery, Endpoint

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 (nothing is bound)
    "224.0.0.1",
    "::1",
    "::",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::1",
    "64:ff9b::a00:1",
    "ff02::1",
    "fec0::1",
    "64:ff9b:1::a00:1",
    "64:ff9b:1::808:808",
    "::7f00:1",
    "::ffff:0:7f00:1",
]
BAD = [
    "http://shop.example.com/",
    "ftp://shop.example.com/",
    "https://user:password@shop.example.com/",
    "https://shop.example.com/#part",
    "https://shop.example.com:0/",
    "https://shop.example.com:99999/",
    "https://[::1/",
    "https:///hooks",
    "https://shöp.example.com/",
    "javascript:alert(1)",
]


@pytest.fixture
def production(settings):
    settings.PRODUCTION = True


@pytest.mark.parametrize("address", PRIVATE)
def test_private_address_is_known(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_public_address_is_known(address):
    assert is_public(address)


@pytest.mark.parametrize("url", BAD)
def test_bad_address_is_refused(url):
    with pytest.raises(ValidationError) as refusal:
        refuse_address(url)
    assert refusal.value.code == "bad_webhook_address"


def test_plain_http_is_for_this_computer_outside_production(settings):
    refuse_address("http://localhost:8130/hooks")
    settings.PRODUCTION = True
    with pytest.raises(ValidationError) as refusal:
        refuse_address("http://localhost:8130/hooks")
    assert refusal.value.code == "bad_webhook_address"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "10.0.0.1", "[::1]", "2130706433", "0x7f.1"])
def test_private_address_is_refused_in_production(production, host):
    with pytest.raises(ValidationError) as refusal:
        refuse_address(f"https://{host}/hooks")
    assert refusal.value.code == "private_webhook_address"


@pytest.mark.django_db
def test_staff_cannot_enter_a_private_address(production, store):
    with pytest.raises(ValidationError):
        services.add_endpoint(client_id=store.pk, url="https://169.254.169.254/latest/meta-data")
    assert not Endpoint.objects.exists()


@pytest.mark.django_db
def test_name_that_became_private_is_not_called(endpoint, receiver, tell, settings):
    """A name may answer with another address when the message is sent than when it was entered."""
    tell("added-1")
    Endpoint.objects.update(url=f"https://localhost:{receiver.server.server_port}/")
    settings.PRODUCTION = True
    assert services.deliver_due(clock=timezone.now) == 0
    assert receiver.received == []
    assert "private network" in Delivery.objects.get().last_error


def test_name_is_looked_up_once(production, monkeypatch):
    """Between the check and the call the name cannot change: the checked address itself is called."""
    called = []
    monkeypatch.setattr(post.socket.socket, "connect", lambda _socket, address: called.append(address) or refuse())
    with pytest.raises(ConnectionRefusedError):
        post.post("https://93.184.216.34:8443/hooks", b"{}", {})
    assert called == [("93.184.216.34", 8443)]


def refuse():
    raise ConnectionRefusedError
