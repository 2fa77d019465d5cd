"""The keys by which others check what the portal signed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .purposes import purpose_choices


class SigningKey(models.Model):
    """A key pair that signs for one purpose; the private half is sealed."""

    purpose = models.CharField(_("purpose"), max_length=8, choices=purpose_choices)
    kid = models.CharField(_("key id"), max_length=64, unique=True)
    public = models.JSONField(_("public key"))
    private = models.BinaryField(editable=False)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    retired_at = models.DateTimeField(_("retired"), null=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"], condition=Q(retired_at__isnull=True), name="one_current_key_a_purpose"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.kid[:8]}"
