"""Who did what, on which object, when: a record that only grows."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licenses.verbs import SENTENCES, register_verbs
from portal.ui.words import day

from .codes import ActivationCode, CodeBatch
from .licenses import License


class EventQuerySet(models.QuerySet["Event"]):
    def since_handed_over(self):
        """Events of a license since its present owner has it: what was before is another customer's, with devices."""
        handed_over = self.filter(verb=Event.Verb.LICENSE_RELEASED).order_by("-pk").values("pk")[:1]
        return self.filter(pk__gte=Coalesce(models.Subquery(handed_over), 0))


def verbs() -> list[tuple[str, Any]]:
    """What an event can say, and its sentence; a function, so that a new verb needs no migration."""
    return list(SENTENCES.items())


class Event(models.Model):
    class Verb(models.TextChoices):
        CODES_ISSUED = "codes_issued", _("%(count)s codes issued")
        CODES_FETCHED = "codes_fetched", _("Codes fetched as a file")
        BATCH_SUSPENDED = "batch_suspended", _("Batch suspended: %(reason)s")
        BATCH_RESUMED = "batch_resumed", _("Batch resumed")
        CODE_REVOKED = "code_revoked", _("Code revoked: %(reason)s")
        CODE_REFUNDED = "code_refunded", _("Purchase of the code ending in %(hint)s refunded")
        CODE_ADDED = "code_added", _("Activation code added, license started")
        RECEIPT_MAILED = "receipt_mailed", _("Receipt mailed")
        ORDER_DELIVERED = "order_delivered", _("Bought as order %(order)s, license started")
        ORDER_READDRESSED = "order_readdressed", _("Address of order %(order)s corrected: %(reason)s")
        ORDER_MAILED = "order_mailed", _("Mail about order %(order)s sent again")
        ORDER_RENEWED = "order_renewed", _("Renewed by order %(order)s")
        ORDER_REFUNDED = "order_refunded", _("Order %(order)s refunded")
        ORDER_CANCELLED = "order_cancelled", _("Order %(order)s canceled: it does not renew itself any more")
        CODE_CLAIMED = "code_claimed", _("Somebody else asked for this license with the same code")
        LICENSE_RELEASED = "license_released", _("License handed over to the buyer")
        LICENSE_BLOCKED = "license_blocked", _("License blocked: %(reason)s")
        LICENSE_UNBLOCKED = "license_unblocked", _("Block removed")
        LICENSE_ARCHIVED = "license_archived", _("License archived")
        LICENSE_RESTORED = "license_restored", _("License shown again")
        CATALOG_CHANGED = "catalog_changed", _("%(name)s changed: %(changes)s")
        WITHDRAWN_FROM_SALE = "withdrawn_from_sale", _("%(name)s withdrawn from sale")
        PUT_BACK_ON_SALE = "put_back_on_sale", _("%(name)s on sale again")
        PLAN_COPIED = "plan_copied", _("%(name)s made as a copy of %(source)s")
        TRIAL_ENDED = "trial_ended", _("Trial of %(product)s ended: its device has a license in another account")
        MOVES_RESET = "moves_reset", _("Counting of moves began anew")
        DEVICE_CONNECTED = "device_connected", _("%(device)s connected with %(product)s")
        DEVICE_DISCONNECTED = "device_disconnected", _("%(device)s disconnected from %(product)s")
        DEVICE_MOVED = "device_moved", _("%(device)s moved from %(old)s to %(new)s")

    verb = models.CharField(_("what"), max_length=32, choices=verbs, editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="events",
        verbose_name=_("who"),
    )
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="history",
        verbose_name=_("customer"),
    )
    license = models.ForeignKey(License, models.PROTECT, null=True, editable=False, related_name="events")
    device = models.ForeignKey("devices.Device", models.PROTECT, null=True, editable=False, related_name="events")
    code = models.ForeignKey(ActivationCode, models.PROTECT, null=True, editable=False, related_name="events")
    order = models.ForeignKey("licenses.Order", models.PROTECT, null=True, editable=False, related_name="events")
    batch = models.ForeignKey(CodeBatch, models.PROTECT, null=True, editable=False, related_name="events")
    details = models.JSONField(default=dict, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("history")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["verb", "id"], name="events_of_a_verb"),
            models.Index(fields=["at"], name="events_by_date"),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """The event in words, in the reader's language."""
        starts_at = parse_datetime(self.details.get("starts_at", ""))
        if self.verb == self.Verb.CODE_ADDED and starts_at and starts_at > self.at:
            return _("Activation code added, it counts from %(day)s on") % {"day": day(starts_at)}
        reason = self.details.get("reason")
        return str(SENTENCES[self.verb]) % {**self.details, "reason": gettext(reason) if reason else ""}

    @property
    def sentence_on_license(self) -> str:
        """The same on the license's own page, where its product needs no name."""
        short: dict[str, Any] = {
            self.Verb.DEVICE_CONNECTED: _("%(device)s connected"),
            self.Verb.DEVICE_DISCONNECTED: _("%(device)s disconnected"),
        }
        return str(short[self.verb]) % self.details if self.verb in short else self.sentence


register_verbs(Event.Verb.choices)
