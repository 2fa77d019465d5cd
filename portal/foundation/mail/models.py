"""Mails that wait to be handed to the mail server; sealed while they wait, empty once they are gone."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailQuerySet(models.QuerySet["Mail"]):
    def due(self):
        """Mails to try now, oldest first."""
        return self.filter(sent_at__isnull=True, given_up_at__isnull=True, next_try_at__lte=timezone.now()).order_by(
            "next_try_at", "pk"
        )


class Mail(models.Model):
    recipients = models.CharField(_("to"), max_length=1000)
    subject = models.CharField(_("subject"), max_length=300)
    sealed = models.BinaryField(editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="mails_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipients}"
