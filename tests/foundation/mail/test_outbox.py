"""Mails wait sealed, go out once, and come again when the server was away."""

import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.foundation.mail import services
from portal.foundation.mail.models import Mail
from portal.foundation.queue.services import claim, prune
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SECRET = "https://portal.example/confirm/9f27c1d4e8"


@pytest.fixture(autouse=True)
def through_the_outbox(settings):
    """Send by the outbox, and deliver into Django's mailbox for tests."""
    settings.EMAIL_BACKEND = "portal.foundation.mail.backend.OutboxBackend"
    settings.MAIL_DELIVERY = {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}


def send(**more) -> Mail:
    letter = EmailMultiAlternatives("Hello", f"Open {SECRET}", "Shop <shop@example.com>", ["anna@example.com"], **more)
    letter.attach_alternative(f"<a href='{SECRET}'>Open</a>", "text/html")
    letter.send()
    return Mail.objects.latest("pk")


def make_due():
    Mail.objects.update(next_try_at=timezone.now())


class FailingServer(BaseEmailBackend):
    """A server that takes the connection and refuses the mail, quoting it."""

    def send_messages(self, email_messages):
        raise smtplib.SMTPDataError(451, f"greylisted: {SECRET}".encode())


@pytest.fixture
def failing_server(settings):
    settings.MAIL_DELIVERY = {"EMAIL_BACKEND": "tests.foundation.mail.test_outbox.FailingServer"}


@pytest.fixture
def dead_server(settings):
    """Nobody listens on this port."""
    settings.MAIL_DELIVERY = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": 9,
    }


def test_mail_waits_and_goes_out_as_it_was_written():
    letter = EmailMessage("Report", "See file", to=["a@example.com"], cc=["b@example.com"], bcc=["c@example.com"])
    letter.attach("codes.csv", "code\r\nABC", "text/csv")
    letter.attach("logo.png", b"\x89PNG", "image/png")
    letter.send()
    send(reply_to=["help@example.com"], headers={"X-Kind": "test"})
    assert mail.outbox == []
    assert services.deliver_due(clock=timezone.now) == 2
    report, hello = mail.outbox
    assert report.recipients() == ["a@example.com", "b@example.com", "c@example.com"]
    assert [part.get_filename() for part in report.message().get_payload()[1:]] == ["codes.csv", "logo.png"]
    assert (hello.from_email, hello.reply_to) == ("Shop <shop@example.com>", ["help@example.com"])
    assert hello.extra_headers["X-Kind"] == "test"
    assert SECRET in hello.body
    assert SECRET in hello.alternatives[0][0]


def test_nothing_secret_is_in_the_table_before_or_after():
    waiting = send()
    stored = bytes(waiting.sealed)
    assert SECRET.encode() not in stored
    services.deliver_due(clock=timezone.now)
    waiting.refresh_from_db()
    assert bytes(waiting.sealed) == b""
    assert waiting.done_at
    assert SECRET not in str(Mail.objects.values())


def test_sent_mail_is_not_sent_again():
    send()
    services.deliver_due(clock=timezone.now)
    make_due()
    assert services.deliver_due(clock=timezone.now) == 0
    assert len(mail.outbox) == 1


def test_dead_server_costs_the_mail_nothing_but_time(dead_server, settings):
    waiting = send()
    assert services.deliver_due(clock=timezone.now) == 0
    waiting.refresh_from_db()
    assert waiting.last_error == "ConnectionRefusedError"
    assert waiting.next_try_at < timezone.now() + timedelta(minutes=1)
    settings.MAIL_DELIVERY = {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    make_due()
    assert services.deliver_due(clock=timezone.now) == 1
    waiting.refresh_from_db()
    assert waiting.last_error == ""


def test_page_answers_as_usual_while_the_server_is_down(dead_server, settings):
    data = {"email": "new@example.com", "password1": PASSWORD}
    answer = Client().post(reverse("account_signup"), data)
    assert answer["Location"] == reverse("account_email_verification_sent")
    services.deliver_due(clock=timezone.now)
    settings.MAIL_DELIVERY = {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    make_due()
    services.deliver_due(clock=timezone.now)
    assert [letter.to for letter in mail.outbox] == [["new@example.com"]]


def test_refused_mail_waits_longer_each_time_and_its_error_quotes_nothing(failing_server):
    waiting = send()
    waits = []
    for _try in range(9):
        make_due()
        services.deliver_due(clock=timezone.now)
        waiting.refresh_from_db()
        waits.append(waiting.next_try_at - timezone.now())
    assert waiting.last_error == "SMTPDataError 451"
    assert waiting.tries == 9
    assert timedelta(seconds=20) < waits[0] < timedelta(seconds=40)
    assert waits[0] < waits[2] < waits[4]
    assert timedelta(minutes=45) < waits[8] < timedelta(minutes=75)


def test_refused_mail_is_given_up_after_three_days(failing_server):
    waiting = send()
    Mail.objects.update(tried_since=timezone.now() - timedelta(days=3, minutes=1))
    services.deliver_due(clock=timezone.now)
    waiting.refresh_from_db()
    assert waiting.given_up_at
    make_due()
    assert not Mail.objects.due(timezone.now()).exists()


def test_one_refused_mail_does_not_hold_up_the_others(settings, failing_server):
    first = send()
    services.deliver_due(clock=timezone.now)
    settings.MAIL_DELIVERY = {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    send()
    assert services.deliver_due(clock=timezone.now) == 1
    first.refresh_from_db()
    assert first.done_at is None


def test_mail_whose_key_is_lost_is_given_up_with_the_reason(settings):
    waiting = send()
    settings.SECRET_KEY = "another-" + "k" * 50
    services.deliver_due(clock=timezone.now)
    waiting.refresh_from_db()
    assert waiting.given_up_at
    assert "SECRET_KEY_FALLBACKS" in waiting.last_error


def test_mail_sealed_with_the_old_key_still_goes_out(settings):
    send()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-" + "k" * 50
    assert services.deliver_due(clock=timezone.now) == 1


def test_mail_of_a_worker_that_died_is_due_again_later():
    send()
    assert claim(Mail, at=timezone.now())
    assert claim(Mail, at=timezone.now()) is None
    Mail.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    assert claim(Mail, at=timezone.now())


def test_mail_rolls_back_with_what_it_is_about():
    with transaction.atomic():
        send()
        transaction.set_rollback(True)
    assert not Mail.objects.exists()


def test_old_mails_are_forgotten():
    old, young = send(), send()
    services.deliver_due(clock=timezone.now)
    Mail.objects.filter(pk=old.pk).update(done_at=timezone.now() - timedelta(days=31))
    assert prune(Mail, at=timezone.now()) == 1
    assert Mail.objects.get() == young


def test_command_delivers_once():
    send()
    call_command("work", once=True)
    assert len(mail.outbox) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_mail_once():
    for _number in range(20):
        send()
    barrier = Barrier(4)

    def work(_number):
        try:
            barrier.wait()
            return services.deliver_due(clock=timezone.now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(work, range(4)))
    assert sum(sent) == len(mail.outbox) == 20
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == 20


def test_staff_see_the_outbox_but_never_the_text(client_of, staff):
    waiting = send()
    for name, args in (("changelist", []), ("change", [waiting.pk])):
        page = client_of(staff).get(reverse(f"admin:mail_mail_{name}", args=args)).content.decode()
        assert "anna@example.com" in page
        assert SECRET not in page


def test_staff_try_a_mail_again(client_of, staff):
    waiting = send()
    Mail.objects.update(given_up_at=timezone.now(), next_try_at=timezone.now() + timedelta(hours=1))
    data = {"action": "try_again_now", "_selected_action": [waiting.pk]}
    client_of(staff).post(reverse("admin:mail_mail_changelist"), data)
    assert list(Mail.objects.due(timezone.now())) == [waiting]


def test_staff_who_may_only_look_send_nothing(client_of):
    waiting = send()
    Mail.objects.update(given_up_at=timezone.now())
    looker = UserFactory(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_mail"))
    data = {"action": "try_again_now", "_selected_action": [waiting.pk]}
    client_of(looker).post(reverse("admin:mail_mail_changelist"), data)
    assert not Mail.objects.due(timezone.now()).exists()
