"""What a store sold: a license for one person, or codes for a shelf. Dated facts; the state is derived."""

from datetime import timedelta

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .catalog import Plan

MOST_CODES = 10_000
LONGEST_ADDRESS = 254
# A number stands in addresses, so it has only signs that need no escape there.
NUMBER = r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$"
# For how long a store that lost the answer to its order gets the codes again by sending the same order.
CODES_SHOWN_FOR = timedelta(hours=24)


WAITS = Q(delivered_at__isnull=True, cancelled_at__isnull=True, refunded_at__isnull=True)
CANCELLED = Q(cancelled_at__isnull=False, delivered_at__isnull=True, refunded_at__isnull=True)


class OrderQuerySet(models.QuerySet["Order"]):
    def of_store(self, client_id: str):
        """Orders of this store; another store's do not exist for it."""
        return self.filter(client_id=client_id)

    def of_license(self, first_id: int):
        """The delivered orders of the license that began with this one: itself, and its renewals."""
        return self.filter(Q(pk=first_id) | Q(renews=first_id), delivered_at__isnull=False)

    def renewing(self, license) -> "Order | None":
        """The newest order of this license: through it the store sells the next term and takes the payment."""
        return self.filter(term__license=license).select_related("client").order_by("term__starts_at").last()

    def waiting(self):
        """Orders whose person has no account yet."""
        return self.filter(WAITS)

    def cancelled(self):
        """Orders that were canceled before anything was delivered."""
        return self.filter(CANCELLED)


class Order(models.Model):
    class Kind(models.TextChoices):
        LICENSE = "license", _("License")
        CODES = "codes", _("Activation codes")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for an account")
        DELIVERED = "delivered", _("Delivered")
        CANCELLED = "cancelled", _("Canceled")
        REFUNDED = "refunded", _("Refunded")

    client = models.ForeignKey(
        "allauth_idp_oidc.Client", models.PROTECT, db_index=False, related_name="orders", verbose_name=_("store")
    )
    number = models.CharField(_("number"), max_length=64, validators=[RegexValidator(NUMBER)])
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.LICENSE)
    plan = models.ForeignKey(Plan, models.PROTECT, db_index=False, related_name="orders", verbose_name=_("plan"))
    quantity = models.PositiveSmallIntegerField(_("how many"), default=1)
    email = models.EmailField(_("email address"), blank=True, db_index=True)
    language = models.CharField(_("language of the mail"), max_length=10, blank=True)
    # Always the first order of a license, so that a chain of renewals has no more than two links.
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals", verbose_name=_("renews")
    )
    bought_at = models.DateTimeField(_("bought"))
    created_at = models.DateTimeField(_("received"), default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("customer"),
    )
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("canceled"), null=True, blank=True)
    refunded_at = models.DateTimeField(_("refunded"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["client", "id"], name="orders_of_a_store"),
            models.Index(fields=["plan", "id"], name="orders_of_a_plan"),
            models.Index(fields=["kind", "id"], name="orders_of_a_kind"),
            models.Index(fields=["number"], opclasses=["varchar_pattern_ops"], name="orders_by_number"),
            models.Index(fields=["created_at"], name="orders_by_date"),
            models.Index(fields=["id"], condition=WAITS, name="orders_that_wait"),
            models.Index(fields=["id"], condition=CANCELLED, name="cancelled_orders"),
            models.Index(fields=["id"], condition=Q(refunded_at__isnull=False), name="refunded_orders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "number"],
                name="order_number_of_a_store_is_used_once",
                violation_error_message=_("The store has an order with this number already."),
            ),
            models.CheckConstraint(
                condition=Q(kind="license", quantity=1) & ~Q(email="")
                | Q(kind="codes", email="", renews__isnull=True, quantity__gte=1, quantity__lte=MOST_CODES),
                name="order_is_for_a_person_or_of_codes",
                violation_error_message=_("An order is one license for an email address, or 1 to 10,000 codes."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def state(self) -> "Order.State":
        """What became of the order; one that was delivered stays so when its subscription is cancelled."""
        if self.refunded_at:
            return self.State.REFUNDED
        if self.delivered_at:
            return self.State.DELIVERED
        return self.State.CANCELLED if self.cancelled_at else self.State.WAITING

    @property
    def first_id(self) -> int:
        """The order with which the license began: this one, or the one that it renews."""
        return self.renews_id or self.pk

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING
