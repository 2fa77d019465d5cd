"""Where stores listen, and what was told them; what waits is kept in the order in which it happened."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .addresses import refuse_address
from .topics import all_topics, topic_choices

# After a rotation messages carry both signatures this long, so that the receiver can change its secret in peace.
OVERLAP = timedelta(hours=24)


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def listening(self):
        """Endpoints that want messages."""
        return self.filter(disabled_at__isnull=True)


class Endpoint(models.Model):
    """An address of a store that wants to hear what happens to what it sold."""

    client = models.ForeignKey(
        "allauth_idp_oidc.Client", models.PROTECT, related_name="webhook_endpoints", verbose_name=_("store")
    )
    url = models.URLField(_("address"), max_length=500, validators=[refuse_address])
    topics = models.JSONField(_("what it hears about"), default=all_topics)
    sealed_secret = models.BinaryField(editable=False)
    sealed_previous_secret = models.BinaryField(editable=False, default=b"")
    rotated_at = models.DateTimeField(_("secret changed"), null=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    disabled_at = models.DateTimeField(_("switched off"), null=True, blank=True, editable=False)
    # Set when nobody answers there, so that one dead receiver does not take all of a worker's time.
    paused_until = models.DateTimeField(_("not tried before"), null=True, editable=False)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        ordering = ["client", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "url"],
                name="webhook_endpoint_is_named_once",
                violation_error_message=_("This store listens there already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.url}"

    @property
    def sealed_secrets(self) -> list[bytes]:
        """The secrets to sign with now: the current one, and for a day also the one before."""
        overlaps = self.rotated_at and timezone.now() < self.rotated_at + OVERLAP
        previous = [self.sealed_previous_secret] if overlaps and self.sealed_previous_secret else []
        return [bytes(sealed) for sealed in (self.sealed_secret, *previous)]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self):
        """Messages that have neither arrived nor been given up."""
        return self.filter(delivered_at__isnull=True, given_up_at__isnull=True)

    def due(self, now: datetime):
        """Messages to try now, oldest first: none before the earlier ones about the same thing at the same endpoint."""
        earlier = Delivery.objects.waiting().filter(
            endpoint=OuterRef("endpoint"), subject=OuterRef("subject"), pk__lt=OuterRef("pk")
        )
        awake = Q(endpoint__paused_until__isnull=True) | Q(endpoint__paused_until__lte=now)
        return (
            self.waiting()
            .filter(awake, ~Exists(earlier), next_try_at__lte=now, endpoint__disabled_at__isnull=True)
            .order_by("next_try_at", "pk")
        )


class Delivery(models.Model):
    """One message for one endpoint: the same id and the same bytes however often it is tried."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries", verbose_name=_("endpoint"))
    event_id = models.CharField(_("id"), max_length=100)
    topic = models.CharField(_("about"), max_length=40, choices=topic_choices)
    subject = models.CharField(_("subject"), max_length=64)
    body = models.TextField(_("message"))
    created_at = models.DateTimeField(_("happened"), default=timezone.now)
    tried_since = models.DateTimeField(_("tried since"), default=timezone.now)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_status = models.PositiveSmallIntegerField(_("last answer"), null=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="event_is_told_once_an_endpoint"),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(given_up_at__isnull=True),
                name="delivered_message_is_not_given_up",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(delivered_at__isnull=True, given_up_at__isnull=True),
                name="messages_to_send",
            ),
            models.Index(
                fields=["endpoint", "subject", "id"],
                condition=Q(delivered_at__isnull=True, given_up_at__isnull=True),
                name="messages_in_their_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"

    @property
    def is_waiting(self) -> bool:
        return self.delivered_at is None and self.given_up_at is None
