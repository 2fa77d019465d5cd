"""Mails that wait to be handed to the mail server; sealed while they wait, empty once they are gone."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.foundation.queue.models import Job, due_index


class Mail(Job):
    recipients = models.CharField(_("to"), max_length=1000)
    subject = models.CharField(_("subject"), max_length=300)
    sealed = models.BinaryField(editable=False)
    done_at = models.DateTimeField(_("sent"), null=True)

    class Meta(Job.Meta):
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-created_at", "-pk"]
        indexes = [
            *Job.Meta.indexes,
            due_index(),
            models.Index(fields=["recipients"], opclasses=["varchar_pattern_ops"], name="mails_by_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipients}"
