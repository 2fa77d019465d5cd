"""What the API remembers of its callers: how often they called, and what a repeated request is answered."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT_FOR = timedelta(hours=24)
# A request that got no answer in this time never will: its process died.
LOST_AFTER = timedelta(minutes=1)


class RateCount(models.Model):
    """How often somebody did something since a moment; one row a limit and caller, begun anew after its window."""

    key = models.CharField(_("who and what"), max_length=150, primary_key=True)
    began_at = models.BigIntegerField(_("seconds since 1970 at its begin"))
    count = models.PositiveIntegerField(_("calls"))

    class Meta:
        verbose_name = _("count of calls")
        verbose_name_plural = _("counts of calls")

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


class IdempotentResponse(models.Model):
    """The answer to a request with an Idempotency-Key; without a status it is being worked on."""

    caller = models.CharField(_("caller"), max_length=80)
    key = models.CharField(_("key"), max_length=255)
    fingerprint = models.CharField(_("digest of the request"), max_length=64)
    began_at = models.DateTimeField(_("begun"), default=timezone.now, db_index=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    sealed = models.BinaryField(editable=False, default=b"")

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [
            models.UniqueConstraint(
                fields=["caller", "key"],
                name="key_of_a_caller_is_used_once",
                violation_error_message=_("This key was used already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"

    def is_over(self, at: datetime) -> bool:
        """Whether a new request may use the key: the answer is old, or there will never be one."""
        return at - self.began_at >= (LOST_AFTER if self.status is None else KEPT_FOR)
