"""Django's mail backend of the portal: sending means putting in the outbox, in the caller's transaction."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from .models import Mail
from .sealing import seal_mail

LONGEST = {"recipients": Mail.recipients.field.max_length, "subject": Mail.subject.field.max_length}


class OutboxBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store each message that has a recipient, sealed; the worker delivers it."""
        mails = [
            Mail(
                recipients=", ".join(message.recipients())[: LONGEST["recipients"]],
                subject=str(message.subject)[: LONGEST["subject"]],
                sealed=seal_mail(message),
            )
            for message in email_messages
            if message.recipients()
        ]
        return len(Mail.objects.bulk_create(mails))
