"""What all jobs have in common: in one hand at a time, tried again, given up, forgotten."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import IntegrityError, transaction

from portal.foundation.mail.models import Mail
from portal.foundation.mail.services import send_again
from portal.foundation.queue import batches
from portal.foundation.queue.services import GiveUpError, TryLaterError, attempt, claim, prune, work_off
from portal.foundation.webhooks.models import Delivery
from tests.factories import days

pytestmark = pytest.mark.django_db
NOW = days(0)


def clock():
    return NOW


def new_mail(**facts) -> Mail:
    times = {"created_at": NOW, "tried_since": NOW, "next_try_at": NOW}
    return Mail.objects.create(sealed=b"sealed", **{**times, **facts})


def done(mail, _clock):
    return {"sealed": b""}


def fails(mail, _clock):
    raise TryLaterError("busy")


@pytest.mark.parametrize("model", [Mail, Delivery])
def test_database_refuses_a_job_that_is_done_and_given_up(model):
    ends = {"done_at": NOW, "given_up_at": NOW}
    facts = {"sealed": b""} if model is Mail else {"endpoint_id": 1}
    with pytest.raises(IntegrityError, match=f"done_{model._meta.model_name}_is_not_given_up"), transaction.atomic():
        model.objects.create(**facts, **ends)


def test_job_is_in_one_hand():
    mail = new_mail()
    assert claim(Mail, at=NOW) == mail
    assert claim(Mail, at=NOW) is None
    assert claim(Mail, at=NOW + Mail.IN_HAND) == mail


def test_oldest_is_done_first_and_each_once():
    new_mail(subject="new")
    new_mail(subject="old", next_try_at=NOW - timedelta(seconds=1))
    seen = []
    assert work_off(Mail, lambda mail, _clock: seen.append(mail.subject) or {}, clock=clock) == 2
    assert seen == ["old", "new"]
    assert work_off(Mail, done, clock=clock) == 0


def test_job_in_hand_is_finished_and_no_other_begun():
    new_mail()
    new_mail()
    stop = Event()
    assert work_off(Mail, lambda mail, _clock: stop.set() or {}, clock=clock, stop=stop) == 1


def test_failure_of_a_worker_that_was_too_slow_is_not_noted():
    new_mail()
    slow = claim(Mail, at=NOW)
    claim(Mail, at=NOW + Mail.IN_HAND)
    attempt(slow, fails, clock)
    assert Mail.objects.get().next_try_at == NOW + 2 * Mail.IN_HAND
    assert attempt(slow, done, clock)  # what is gone is gone


def test_job_that_breaks_is_tried_later():
    new_mail()
    assert work_off(Mail, lambda mail, _clock: 1 / 0, clock=clock) == 0
    assert Mail.objects.get().last_error == "ZeroDivisionError"
    assert Mail.objects.waiting().exists()


def test_job_that_can_never_be_done_is_given_up():
    def never(mail, _clock):
        raise GiveUpError("no such address")

    new_mail()
    work_off(Mail, never, clock=clock)
    assert (Mail.objects.get().given_up_at, Mail.objects.get().last_error) == (NOW, "no such address")


def test_mail_that_is_tried_again_has_its_three_days_anew_and_keeps_when_it_was_written():
    written = days(-5)
    mail = new_mail(created_at=written, tried_since=written, given_up_at=days(-1))
    assert send_again(mails=Mail.objects.all(), at=NOW) == 1
    work_off(Mail, fails, clock=clock)
    mail.refresh_from_db()
    assert mail.given_up_at is None
    assert (mail.created_at, mail.tried_since) == (written, NOW)


def test_old_jobs_are_forgotten_batch_by_batch(monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 2)
    for _number in range(3):
        new_mail(done_at=days(-31))
        new_mail(given_up_at=days(-31))
    kept = [new_mail(done_at=days(-29)), new_mail(given_up_at=days(-29)), new_mail(created_at=days(-99))]
    assert prune(Mail, at=NOW) == 6
    assert list(Mail.objects.order_by("pk")) == kept
