"""Where stores listen, and what was told them; what waits is kept in the order in which it happened."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.foundation.queue.models import WAITS, Job, JobQuerySet, due_index

from .addresses import refuse_address
from .topics import all_topics, topic_choices

# After a rotation messages carry both signatures this long, so that the receiver can change its secret in peace.
OVERLAP = timedelta(hours=24)


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def listening(self) -> Self:
        """Endpoints that want messages."""
        return self.filter(disabled_at__isnull=True)

    def awake(self, at: datetime) -> Self:
        """Endpoints that may be called at this moment."""
        return self.listening().filter(Q(paused_until__isnull=True) | Q(paused_until__lte=at))


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

    def sealed_secrets(self, at: datetime) -> list[bytes]:
        """The secrets to sign with at this moment: the current one, and for a day also the one before."""
        overlaps = self.rotated_at and at < self.rotated_at + OVERLAP
        previous = [self.sealed_previous_secret] if overlaps and self.sealed_previous_secret else []
        return [bytes(sealed) for sealed in (self.sealed_secret, *previous)]


class DeliveryQuerySet(JobQuerySet):
    def due(self, at: datetime) -> Self:
        """Messages to try now, oldest first: none before the earlier ones about the same thing at the same endpoint."""
        earlier = Delivery.objects.waiting().filter(
            endpoint=OuterRef("endpoint"), subject=OuterRef("subject"), pk__lt=OuterRef("pk")
        )
        return super().due(at).filter(~Exists(earlier), endpoint__in=Endpoint.objects.awake(at))

    def next_due(self, at: datetime) -> Self:
        """The oldest due message of each endpoint, oldest first: what waits for one that is away is not looked at."""
        of_endpoint = Delivery.objects.due(at).filter(endpoint=OuterRef("pk")).values("pk")[:1]
        heads = Endpoint.objects.awake(at).annotate(head=Subquery(of_endpoint)).values("head")
        # That it is due is said of the row itself, too: PostgreSQL asks only that again when another worker was faster.
        return super().due(at).filter(pk__in=heads).select_related("endpoint")


class Delivery(Job):
    """One message for one endpoint: the same id and the same bytes however often it is tried."""

    IN_HAND = timedelta(minutes=5)
    FIRST_WAIT = timedelta(seconds=5)

    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, db_index=False, related_name="deliveries", verbose_name=_("endpoint")
    )
    event_id = models.CharField(_("id"), max_length=100)
    topic = models.CharField(_("about"), max_length=40, choices=topic_choices)
    subject = models.CharField(_("subject"), max_length=64)
    body = models.TextField(_("message"))
    created_at = models.DateTimeField(_("happened"), default=timezone.now)
    last_status = models.PositiveSmallIntegerField(_("last answer"), null=True)
    done_at = models.DateTimeField(_("delivered"), null=True)

    objects: ClassVar[Any] = DeliveryQuerySet.as_manager()

    class Meta(Job.Meta):
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        ordering = ["-pk"]
        constraints = [
            *Job.Meta.constraints,
            # The id first: staff look for it whatever the endpoint.
            models.UniqueConstraint(fields=["event_id", "endpoint"], name="event_is_told_once_an_endpoint"),
        ]
        indexes = [
            *Job.Meta.indexes,
            due_index("endpoint"),
            models.Index(fields=["endpoint", "subject", "id"], condition=WAITS, name="messages_in_their_order"),
            models.Index(fields=["endpoint", "id"], name="messages_for_an_endpoint"),
            models.Index(fields=["topic", "id"], name="messages_of_a_topic"),
            models.Index(fields=["subject"], name="messages_about_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"
