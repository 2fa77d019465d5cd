"""Hand mails to the mail server: what the queue does not know of them."""

import logging
from datetime import datetime, timedelta
from threading import Event

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet

from portal.foundation.queue.services import Clock, Facts, GiveUpError, TryLaterError, jittered, try_again, work_off

from .models import Mail
from .sealing import open_mail

logger = logging.getLogger("portal.foundation.mail")

SERVER_PAUSE = timedelta(seconds=30)
SERVER_TIMEOUT = 30  # seconds; far less than a mail may be in hand

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


def deliver_due(*, clock: Clock, stop: Event | None = None, limit: int | None = None) -> int:
    """Try the mails that are due, oldest first, and return how many went out.

    When the server does not answer at all, every due mail waits for it a moment; that is not the mail's fault.
    """
    if not Mail.objects.due(clock()).exists():
        return 0
    server = delivery_connection()
    try:
        server.open()
    except Exception as error:  # whatever a backend raises, the worker goes on
        postpone_all(error, at=clock())
        return 0
    try:
        return work_off(Mail, lambda mail, _clock: hand_over(mail, server), clock=clock, stop=stop, limit=limit)
    finally:
        server.close()


def delivery_connection() -> BaseEmailBackend:
    """Return the backend that MAIL_DELIVERY describes."""
    arguments = {
        name: settings.MAIL_DELIVERY[setting]
        for setting, name in ARGUMENTS.items()
        if settings.MAIL_DELIVERY.get(setting)
    }
    return get_connection(settings.MAIL_DELIVERY["EMAIL_BACKEND"], **{"timeout": SERVER_TIMEOUT, **arguments})


def hand_over(mail: Mail, server: BaseEmailBackend) -> Facts:
    """Hand one mail to the server; gone, it is empty. After a failure the next mail opens a new connection."""
    try:
        open_mail(mail.sealed, server).send()
    except ValidationError as error:
        raise GiveUpError(error.messages[0]) from error
    except Exception as error:  # whatever a backend raises
        server.close()
        raise TryLaterError(describe(error)) from error
    return {"sealed": b""}


def postpone_all(error: Exception, *, at: datetime) -> None:
    """Let every due mail wait for a server that does not answer; give up those that are too old."""
    logger.warning("The mail server does not answer: %s", describe(error))
    due = Mail.objects.due(at).order_by()
    due.filter(tried_since__lt=at - Mail.GIVE_UP_AFTER).update(given_up_at=at, last_error=describe(error))
    due.update(next_try_at=at + jittered(SERVER_PAUSE), last_error=describe(error))


def describe(error: Exception) -> str:
    """Name an error without its text, which may quote the mail: "SMTPDataError 451"."""
    code = getattr(error, "smtp_code", None)
    return type(error).__name__ + (f" {code}" if code else "")


def send_again(*, mails: QuerySet[Mail], at: datetime) -> int:
    """Make these mails due now, also those given up; return how many had not been sent."""
    return try_again(mails.filter(done_at__isnull=True).exclude(sealed=b""), at=at)
