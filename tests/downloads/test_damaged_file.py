"""A file that changed on disk is never delivered, however small the change; put back, it is delivered again."""

import os

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from downloads.services import check_file, check_files
from downloads.verbs import Verb
from licenses.models import Event
from tests.downloads.conftest import EXE, body
from tests.factories import days

pytestmark = pytest.mark.django_db
DAMAGED = EXE[:-1] + b"\x00"


@pytest.fixture
def get(client_of, customer, licensed):
    browser = client_of(customer)
    return lambda: browser.get(licensed.get_absolute_url())


def write(installer, content, *, touch=True):
    """Write other bytes over the file; without `touch` by somebody who hides it."""
    path = default_storage.path(installer.file.name)
    before = os.stat(path)
    with open(path, "wb") as file:
        file.write(content)
    now = before.st_mtime_ns + 1_000_000_000 if touch else before.st_mtime_ns
    os.utime(path, ns=(now, now))


def test_changed_byte_is_seen_at_the_next_delivery(get, licensed, caplog):
    assert body(get()) == EXE
    write(licensed, DAMAGED)
    answer = get()
    assert (answer.status_code, answer["Retry-After"]) == (503, "3600")
    assert "not what was published" in caplog.text
    assert Event.objects.filter(verb=Verb.INSTALLER_DAMAGED).count() == 1


def test_change_that_hides_is_seen_by_the_worker_within_a_day(get, licensed, caplog):
    write(licensed, DAMAGED, touch=False)
    assert check_files(at=timezone.now()) == 0
    type(licensed).objects.update(checked_at=days(-1))
    assert check_files(at=timezone.now()) == 1
    assert get().status_code == 503


def test_whole_file_is_compared_once_a_day(licensed):
    type(licensed).objects.update(checked_at=days(-2))
    assert check_files(at=timezone.now()) == 0
    licensed.refresh_from_db()
    assert (licensed.checked_at > days(-1), licensed.damaged_at) == (True, None)


def test_file_that_was_put_back_is_delivered_again(get, licensed):
    write(licensed, DAMAGED)
    assert get().status_code == 503
    write(licensed, EXE)
    assert body(get()) == EXE


def test_file_that_is_gone_is_on_record_once(licensed, caplog):
    default_storage.delete(licensed.file.name)
    assert [check_file(installer=licensed, at=timezone.now()) for _time in range(2)] == [False, False]
    assert Event.objects.filter(verb=Verb.INSTALLER_DAMAGED).count() == 1


def test_delivery_of_an_untouched_file_reads_it_once(get, licensed, monkeypatch):
    monkeypatch.setattr("downloads.services.sha256_of", lambda file: pytest.fail("compared again"))
    assert body(get()) == EXE
