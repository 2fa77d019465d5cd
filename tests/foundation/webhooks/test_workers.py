"""Several workers at once send each message once, and keep the order about each license."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from portal.foundation.webhooks import services

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
WORKERS = 4


def test_each_message_once_and_in_order(endpoint, receiver, tell):
    subjects = [f"{number:04}-0000-0000" for number in range(6)]
    for step in range(5):
        for subject in subjects:
            tell(f"event-{subject}-{step}", subject)
    barrier = Barrier(WORKERS)

    def work(_number):
        try:
            barrier.wait()
            # A worker that finds nothing looks again, as `manage.py work` does: the others may hold what comes first.
            return sum(services.deliver_due(clock=timezone.now) for _look in range(30))
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(work, range(WORKERS))) == 30
    assert len(receiver.ids) == len(set(receiver.ids)) == 30
    for subject in subjects:
        told = [event_id for event_id in receiver.ids if subject in event_id]
        assert told == sorted(told)
