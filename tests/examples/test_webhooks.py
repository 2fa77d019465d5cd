"""How the example of a store tells the portal's messages from anybody else's (Standard Webhooks)."""

import base64
import threading
import time

import pytest
import requests

from examples.store import Receiver, WebhookRefusedError, sign, verify
from portal.foundation.webhooks.signing import seal_secret, signed_headers

NOW = 1_800_000_000
SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"o" * 32).decode()
BODY = b'{"type": "license.added"}'


def signed(body=BODY, *, secrets=(SECRET,), at=NOW, id="message-1"):
    signatures = " ".join("v1," + sign(f"{id}.{at}.".encode() + body, secret) for secret in secrets)
    return {"Webhook-Id": id, "Webhook-Timestamp": str(at), "Webhook-Signature": signatures}


def test_signature_of_the_standard_is_ours():
    """The example of the standard's own libraries."""
    body = b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert verify(headers, body, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1614265330) == {"test": 2432232314}


def test_message_of_the_portal_is_believed():
    assert verify(signed(), BODY, SECRET, NOW) == {"type": "license.added"}


def test_either_signature_will_do_while_the_secret_changes():
    headers = signed(secrets=(OLD_SECRET, SECRET))
    assert verify(headers, BODY, SECRET, NOW) == verify(headers, BODY, OLD_SECRET, NOW)


@pytest.mark.parametrize("late", [-301, 301])
def test_message_of_another_time_is_refused(late):
    with pytest.raises(WebhookRefusedError, match="too old"):
        verify(signed(), BODY, SECRET, NOW + late)


@pytest.mark.parametrize("missing", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_unsigned_message_is_refused(missing):
    headers = {name: value for name, value in signed().items() if name != missing}
    with pytest.raises(WebhookRefusedError, match="not signed"):
        verify(headers, BODY, SECRET, NOW)


@pytest.mark.parametrize(
    "change",
    [{"Webhook-Id": "message-2"}, {"Webhook-Timestamp": str(NOW + 1)}, {"Webhook-Signature": "v1,é v2,x v1a,y"}],
    ids=str,
)
def test_changed_message_is_refused(change):
    with pytest.raises(WebhookRefusedError, match="somebody else"):
        verify({**signed(), **change}, BODY, SECRET, NOW)


def test_changed_body_is_refused():
    with pytest.raises(WebhookRefusedError):
        verify(signed(), BODY + b" ", SECRET, NOW)


@pytest.fixture
def receiver():
    receiver = Receiver(0, SECRET)
    thread = threading.Thread(target=receiver.serve_forever, args=[0.01])
    thread.start()
    yield receiver
    receiver.shutdown()
    receiver.server_close()
    thread.join()


def test_receiver_prints_each_event_once(receiver, capsys):
    url = f"http://127.0.0.1:{receiver.server_port}/"
    headers = signed(at=int(time.time()))
    assert [requests.post(url, BODY, headers=headers, timeout=30).status_code for _time in range(2)] == [204, 204]
    assert requests.post(url, b"forged", headers=headers, timeout=30).status_code == 400
    assert capsys.readouterr().out == '{"type": "license.added"}\n'


def test_what_the_portal_signs_is_believed_with_the_old_and_the_new_secret():
    sealed = [seal_secret(secret) for secret in (SECRET, OLD_SECRET)]
    headers = signed_headers(event_id="message-1", timestamp=NOW, body=BODY, sealed_secrets=sealed)
    assert verify(headers, BODY, SECRET, NOW) == verify(headers, BODY, OLD_SECRET, NOW)
