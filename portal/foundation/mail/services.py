"""Hand the mails of the outbox to the mail server: each once, again later when it fails, never lost."""

import logging
import random
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection as database
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .models import Mail
from .sealing import open_mail

logger = logging.getLogger("portal.foundation.mail")

# While one worker has a mail in hand, no other takes it; if that worker dies, the mail is due again after this time.
IN_HAND = timedelta(minutes=10)
SERVER_PAUSE = timedelta(seconds=30)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
KEEP_FOR = timedelta(days=30)
SERVER_TIMEOUT = 30  # seconds; far less than IN_HAND

# How Django's mail settings are called as arguments of a backend.
ARGUMENTS = {
    "EMAIL_HOST": "host",
    "EMAIL_PORT": "port",
    "EMAIL_HOST_USER": "username",
    "EMAIL_HOST_PASSWORD": "password",
    "EMAIL_USE_TLS": "use_tls",
    "EMAIL_USE_SSL": "use_ssl",
    "EMAIL_TIMEOUT": "timeout",
    "EMAIL_SSL_KEYFILE": "ssl_keyfile",
    "EMAIL_SSL_CERTFILE": "ssl_certfile",
    "EMAIL_FILE_PATH": "file_path",
}


def deliver_due(*, limit: int = 100) -> int:
    """Try the mails that are due, oldest first, and return how many went out.

    When the server does not answer at all, every due mail waits for it a moment; that is not the mail's fault.
    """
    if not Mail.objects.due().exists():
        return 0
    server = delivery_connection()
    try:
        server.open()
    except Exception as error:  # whatever a backend raises, the worker goes on
        postpone_all(error)
        return 0
    sent = 0
    try:
        for _number in range(limit):
            mail = claim_next()
            if mail is None:
                break
            sent += deliver(mail, server)
    finally:
        server.close()
    return sent


def delivery_connection() -> BaseEmailBackend:
    """Return the backend that MAIL_DELIVERY describes."""
    arguments = {
        name: settings.MAIL_DELIVERY[setting]
        for setting, name in ARGUMENTS.items()
        if settings.MAIL_DELIVERY.get(setting)
    }
    return get_connection(settings.MAIL_DELIVERY["EMAIL_BACKEND"], **{"timeout": SERVER_TIMEOUT, **arguments})


@transaction.atomic
def claim_next() -> Mail | None:
    """Take the next due mail in hand, so that no other worker does; None when there is none."""
    due = Mail.objects.due()
    if database.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    mail = due.first()
    if mail is not None:
        Mail.objects.filter(pk=mail.pk).update(next_try_at=timezone.now() + IN_HAND, tries=F("tries") + 1)
        mail.refresh_from_db(fields=["next_try_at", "tries"])
    return mail


def deliver(mail: Mail, server: BaseEmailBackend) -> bool:
    """Hand one mail to the server and record the outcome."""
    try:
        open_mail(mail.sealed, server).send()
    except ValidationError as error:
        give_up(mail, error.messages[0])
        return False
    except Exception as error:  # whatever a backend raises, the worker goes on
        server.close()
        try_later(mail, error)
        return False
    Mail.objects.filter(pk=mail.pk).update(sent_at=timezone.now(), sealed=b"", last_error="")
    return True


def try_later(mail: Mail, error: Exception) -> None:
    """Let a mail that failed wait, each time about twice as long; give it up after three days."""
    if mail.created_at < timezone.now() - GIVE_UP_AFTER:
        return give_up(mail, describe(error))
    logger.warning("Mail %s failed: %s", mail.pk, describe(error))
    wait = min(FIRST_WAIT * 2 ** min(mail.tries - 1, 10), LONGEST_WAIT)
    return record(mail, next_try_at=jittered(wait), last_error=describe(error))


def postpone_all(error: Exception) -> None:
    """Let every due mail wait for a server that does not answer; give up those that are too old."""
    logger.warning("The mail server does not answer: %s", describe(error))
    due, now = Mail.objects.due().order_by(), timezone.now()
    due.filter(created_at__lt=now - GIVE_UP_AFTER).update(given_up_at=now, last_error=describe(error))
    due.update(next_try_at=jittered(SERVER_PAUSE), last_error=describe(error))


def give_up(mail: Mail, reason: str) -> None:
    logger.error("Mail %s is given up: %s", mail.pk, reason)
    record(mail, given_up_at=timezone.now(), last_error=reason)


def record(mail: Mail, **facts) -> None:
    Mail.objects.filter(pk=mail.pk).update(**facts)


def jittered(wait: timedelta) -> datetime:
    """Return a moment about this far away; mails that failed together should not come back all at once."""
    return timezone.now() + wait * random.uniform(0.8, 1.2)  # noqa: S311 (no secret)


def describe(error: Exception) -> str:
    """Name an error without its text, which may quote the mail: "SMTPDataError 451"."""
    code = getattr(error, "smtp_code", None)
    return type(error).__name__ + (f" {code}" if code else "")


def try_again(*, mails) -> int:
    """Make these mails due now, also those given up; return how many had not been sent."""
    return (
        mails.filter(sent_at__isnull=True)
        .exclude(sealed=b"")
        .update(next_try_at=timezone.now(), given_up_at=None, created_at=timezone.now())
    )


def prune_old() -> int:
    """Delete what left or was given up long ago; return how many."""
    before = timezone.now() - KEEP_FOR
    gone = Mail.objects.filter(sent_at__lt=before) | Mail.objects.filter(given_up_at__lt=before)
    return gone.delete()[0]


# What the mail worker does, and every how many seconds.
JOBS = {deliver_due: 0, prune_old: 3600}
