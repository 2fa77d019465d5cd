"""What stores are told arrives once by its id, in order about each license, however long the receiver was away."""

import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from portal.foundation.queue.services import claim
from portal.foundation.webhooks import post, services
from portal.foundation.webhooks.models import Delivery, Endpoint
from tests.foundation.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
OTHER = "AAAA-BBBB-CCCC"


def test_message_is_what_standard_webhooks_says(endpoint, secret, receiver, tell):
    tell("added-1", data={"order": "A-1"})
    assert services.deliver_due(clock=timezone.now) == 1
    ((headers, body),) = receiver.received
    message = Webhook(secret).verify(body, headers)
    assert message["type"] == "license.added"
    assert message["data"] == {"order": "A-1"}
    assert message["timestamp"].endswith("Z")
    assert headers["webhook-id"] == "added-1"
    assert headers["content-type"] == "application/json"


def test_changed_message_does_not_verify(endpoint, secret, receiver, tell):
    tell("added-1")
    services.deliver_due(clock=timezone.now)
    ((headers, body),) = receiver.received
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"4F2A", b"5F2A"), headers)


def test_what_arrived_is_not_sent_again(endpoint, receiver, tell, make_due):
    tell("added-1")
    services.deliver_due(clock=timezone.now)
    make_due()
    assert services.deliver_due(clock=timezone.now) == 0
    assert receiver.ids == ["added-1"]


def test_same_event_is_told_once(endpoint, receiver, tell):
    tell("added-1")
    tell("added-1")
    assert services.deliver_due(clock=timezone.now) == 1
    assert receiver.ids == ["added-1"]


def test_message_rolls_back_with_what_it_is_about(endpoint, tell):
    with transaction.atomic():
        tell("added-1")
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_only_the_store_hears_and_only_what_it_wants(endpoint, tell):
    assert tell("added-1", client_id="another-shop") == 0
    Endpoint.objects.update(topics=["license.ended"])
    assert tell("added-2") == 0
    assert tell("ended-1", type="license.ended") == 1


@pytest.mark.parametrize("status", [500, 302, 404, 429])
def test_any_answer_but_success_is_tried_again_with_the_same_id_and_body(endpoint, receiver, tell, make_due, status):
    receiver.status, receiver.headers = status, {"Location": receiver.url}
    tell("added-1")
    assert services.deliver_due(clock=timezone.now) == 0
    assert Delivery.objects.get().last_status == status
    receiver.status = 200
    make_due()
    assert services.deliver_due(clock=timezone.now) == 1
    (_first, body), (headers, body_again) = receiver.received
    assert body == body_again
    assert headers["webhook-id"] == "added-1"


def test_later_messages_about_a_license_wait_and_others_do_not(endpoint, receiver, tell, make_due):
    receiver.status = 500
    tell("added-1")
    services.deliver_due(clock=timezone.now)
    receiver.status, receiver.received = 200, []
    tell("ended-1")
    tell("added-2", subject=OTHER)
    assert services.deliver_due(clock=timezone.now) == 1
    assert receiver.ids == ["added-2"]
    make_due()
    assert services.deliver_due(clock=timezone.now) == 2
    assert receiver.ids == ["added-2", "added-1", "ended-1"]


def test_receiver_that_was_away_gets_each_event_once_and_in_order(store, tell, make_due):
    services.add_endpoint(client_id=store.pk, url="http://127.0.0.1:9/hooks")
    subjects = [f"{number:04}-0000-0000" for number in range(5)]
    events = [(f"event-{subject}-{step}", subject) for step in range(4) for subject in subjects]
    for event_id, subject in events:
        tell(event_id, subject)
    for _try in range(3):
        make_due()
        assert services.deliver_due(clock=timezone.now) == 0
    receiver = Receiver()
    Endpoint.objects.update(url=receiver.url)
    make_due()
    assert services.deliver_due(clock=timezone.now) == len(events)
    receiver.stop()
    assert sorted(receiver.ids) == sorted(event_id for event_id, _subject in events)
    for subject in subjects:
        told = [event_id for event_id in receiver.ids if subject in event_id]
        assert told == sorted(told)


def test_dead_receiver_is_left_alone_for_a_moment(store, tell):
    services.add_endpoint(client_id=store.pk, url="http://127.0.0.1:9/hooks")
    tell("added-1")
    tell("added-2", subject=OTHER)
    services.deliver_due(clock=timezone.now)
    assert [delivery.tries for delivery in Delivery.objects.order_by("pk")] == [1, 0]
    assert Delivery.objects.first().last_error in ("", "ConnectionRefusedError")
    assert Endpoint.objects.get().paused_until > timezone.now()


def test_waits_grow_and_are_jittered(endpoint, receiver, tell, make_due):
    receiver.status = 503
    tell("added-1")
    waits = []
    for _try in range(12):
        make_due()
        services.deliver_due(clock=timezone.now)
        waits.append(Delivery.objects.get().next_try_at - timezone.now())
    assert timedelta(seconds=3) < waits[0] < timedelta(seconds=7)
    assert waits[0] < waits[2] < waits[4] < waits[8]
    assert timedelta(minutes=45) < waits[11] < timedelta(minutes=75)


def test_receiver_may_ask_for_a_longer_wait(endpoint, receiver, tell):
    receiver.status, receiver.headers = 429, {"Retry-After": "600"}
    tell("added-1")
    services.deliver_due(clock=timezone.now)
    assert Delivery.objects.get().next_try_at > timezone.now() + timedelta(seconds=590)


def test_message_is_given_up_after_three_days_and_the_next_one_goes(endpoint, receiver, tell, make_due):
    receiver.status = 500
    tell("added-1")
    tell("ended-1")
    Delivery.objects.filter(event_id="added-1").update(tried_since=timezone.now() - timedelta(days=3, minutes=1))
    services.deliver_due(clock=timezone.now, limit=1)
    assert Delivery.objects.get(event_id="added-1").given_up_at
    receiver.status, receiver.received = 200, []
    make_due()
    services.deliver_due(clock=timezone.now)
    assert receiver.ids == ["ended-1"]


def test_staff_send_a_given_up_message_again(endpoint, receiver, tell):
    tell("added-1")
    Delivery.objects.update(given_up_at=timezone.now())
    assert services.send_again(deliveries=Delivery.objects.all(), at=timezone.now()) == 1
    assert services.deliver_due(clock=timezone.now) == 1
    assert receiver.ids == ["added-1"]


def test_receiver_that_is_gone_is_told_nothing_more(endpoint, receiver, tell, make_due):
    receiver.status = 410
    tell("added-1")
    services.deliver_due(clock=timezone.now)
    make_due()
    services.deliver_due(clock=timezone.now)
    assert receiver.ids == ["added-1"]
    assert tell("added-2") == 0
    services.enable_endpoint(endpoint=endpoint, at=timezone.now())
    receiver.status = 200
    assert services.deliver_due(clock=timezone.now) == 1


def test_both_secrets_sign_for_a_day_after_a_rotation(endpoint, secret, receiver, tell):
    _endpoint, new = services.rotate_secret(endpoint=endpoint, at=timezone.now())
    assert new != secret
    tell("added-1")
    services.deliver_due(clock=timezone.now)
    ((headers, body),) = receiver.received
    assert Webhook(secret).verify(body, headers) == Webhook(new).verify(body, headers)
    assert headers["webhook-signature"].count("v1,") == 2


def test_old_secret_signs_no_longer_after_a_day(endpoint, secret, receiver, tell):
    _endpoint, new = services.rotate_secret(endpoint=endpoint, at=timezone.now())
    Endpoint.objects.update(rotated_at=timezone.now() - timedelta(hours=24, seconds=1))
    tell("added-1")
    services.deliver_due(clock=timezone.now)
    ((headers, body),) = receiver.received
    Webhook(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)
    services.prune_messages(at=timezone.now())
    assert bytes(Endpoint.objects.get().sealed_previous_secret) == b""


def test_secret_is_not_in_the_table(endpoint, secret):
    stored = bytes(Endpoint.objects.get().sealed_secret)
    assert secret.removeprefix("whsec_").encode() not in stored


def test_lost_key_delays_the_message_and_says_what_to_do(endpoint, settings, receiver, tell, make_due):
    tell("added-1")
    settings.SECRET_KEY = "another-" + "k" * 60
    services.deliver_due(clock=timezone.now)
    assert "new secret" in Delivery.objects.get().last_error
    services.rotate_secret(endpoint=endpoint, at=timezone.now())
    Endpoint.objects.update(sealed_previous_secret=b"")
    make_due()
    assert services.deliver_due(clock=timezone.now) == 1


def test_message_of_a_worker_that_died_is_due_again_later(endpoint, tell):
    tell("added-1")
    assert claim(Delivery, at=timezone.now())
    assert claim(Delivery, at=timezone.now()) is None
    Delivery.objects.update(next_try_at=timezone.now())
    assert claim(Delivery, at=timezone.now())


def test_old_messages_are_forgotten(endpoint, tell):
    tell("added-1")
    tell("added-2", subject=OTHER)
    services.deliver_due(clock=timezone.now)
    Delivery.objects.filter(event_id="added-1").update(done_at=timezone.now() - timedelta(days=31))
    assert services.prune_messages(at=timezone.now()) == 1


def test_looking_for_work_takes_the_same_queries_however_much_waits(endpoint, tell, django_assert_max_num_queries):
    for number in range(20):
        tell(f"event-{number}", subject=f"{number:04}")
    with django_assert_max_num_queries(4):  # two for the savepoint
        claim(Delivery, at=timezone.now())


def test_endpoint_wants_something_that_there_is(store, receiver):
    for topics in ([], ["license.eaten"]):
        with pytest.raises(ValidationError) as refusal:
            services.add_endpoint(client_id=store.pk, url=receiver.url, topics=topics)
        assert refusal.value.code == "bad_topic"


def test_receiver_that_answers_byte_by_byte_is_hung_up_on(store, tell, monkeypatch):
    monkeypatch.setattr(post, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dripping = threading.Thread(target=drip, args=[listener])
        dripping.start()
        services.add_endpoint(client_id=store.pk, url=f"http://127.0.0.1:{listener.getsockname()[1]}/")
        tell("added-1")
        began = time.monotonic()
        assert services.deliver_due(clock=timezone.now) == 0
        assert time.monotonic() - began < 10  # not the fifty seconds of all drops
        dripping.join()


def drip(listener: socket.socket) -> None:
    line, _address = listener.accept()
    with line, suppress(OSError):
        line.sendall(b"HTTP/1.1 ")
        for _byte in range(1000):
            line.sendall(b"0")
            time.sleep(0.05)
