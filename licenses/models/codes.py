"""Activation codes: how they were issued, and what people did with them. The code itself is never stored."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .catalog import Plan
from .frozen import refuse_changes

# For so long, whoever issued codes may fetch them as a file, again too if the first one got lost.
FETCHED_FOR = timedelta(hours=1)


class CodeBatch(models.Model):
    """One issue of codes of one plan, with the rules that all of them share."""

    RULES: ClassVar[list[str]] = [
        "plan",
        "groups",
        "has_checks",
        "starts_at",
        "activate_before",
        "fixed_end",
        "renewal_only",
    ]

    plan = models.ForeignKey(Plan, models.PROTECT, db_index=False, related_name="batches", verbose_name=_("plan"))
    name = models.CharField(
        _("name"),
        max_length=100,
        blank=True,
        help_text=_("What the batch is for; stands beside each code in the file."),
    )
    reference = models.CharField(
        _("reference"), max_length=64, blank=True, help_text=_("The number of an order or delivery, also in the file.")
    )
    # What a form sends along that issues codes: sent twice, it finds the batch of the first time.
    form_key = models.UUIDField(null=True, unique=True, editable=False)
    order = models.OneToOneField(
        "licenses.Order",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="batch",
        verbose_name=_("order"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("created by"),
    )
    groups = models.PositiveSmallIntegerField(_("groups of five"), default=5)
    has_checks = models.BooleanField(_("groups end in a check symbol"), default=True)
    starts_at = models.DateTimeField(_("valid from"), null=True, blank=True)
    activate_before = models.DateTimeField(_("to be added before"), null=True, blank=True)
    fixed_end = models.DateTimeField(_("ends for everybody at"), null=True, blank=True)
    renewal_only = models.BooleanField(_("only for renewals"), default=False)
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    suspended_reason = models.CharField(_("reason of the suspension"), max_length=200, blank=True)

    issued: int  # these three after `count_codes`
    used: int
    revoked: int

    class Meta:
        verbose_name = _("code batch")
        verbose_name_plural = _("code batches")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["plan", "id"], name="batches_of_a_plan"),
            models.Index(fields=["name"], opclasses=["varchar_pattern_ops"], name="batches_by_name"),
            models.Index(fields=["reference"], opclasses=["varchar_pattern_ops"], name="batches_by_reference"),
            models.Index(fields=["created_at"], name="batches_by_date"),
            models.Index(fields=["id"], condition=Q(suspended_at__isnull=False), name="batches_on_hold"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(groups__gte=4, groups__lte=5),
                name="batch_code_has_4_or_5_groups",
                violation_error_message=_("A code has 4 or 5 groups of five symbols."),
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True)
                | Q(activate_before__isnull=True)
                | Q(activate_before__gt=models.F("starts_at")),
                name="batch_can_be_used_at_some_time",
                violation_error_message=_("“To be added before” must be later than “valid from”."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.plan} ({self.created_at:%Y-%m-%d})"

    def clean(self) -> None:
        """Keep the rules of codes that are issued: whoever holds one was promised them."""
        if self.pk and self.codes.exists():
            refuse_changes(self, self.RULES)

    @property
    def unused(self) -> int:
        """What is left of the codes, by the other counts: to look for a code without a term takes longest."""
        return self.issued - self.used - self.revoked

    @property
    def fetched_until(self) -> datetime:
        """Until when whoever issued the codes may fetch them."""
        return self.created_at + FETCHED_FOR


class ActivationCodeQuerySet(models.QuerySet["ActivationCode"]):
    def redeemed(self):
        """Codes that a term points at; said of its column, so that the index of used codes is read and no other."""
        return self.filter(term__code__isnull=False)

    def in_use(self):
        """Codes that somebody added and keeps: a refunded one is revoked, though it was used."""
        return self.redeemed().filter(revoked_at__isnull=True)

    def unused(self):
        """Codes that nobody has added; as a subquery, because PostgreSQL expects too few of an outer join."""
        terms = apps.get_model("licenses.Term").objects.filter(code=models.OuterRef("pk"))
        return self.filter(~models.Exists(terms), revoked_at__isnull=True)


class ActivationCode(models.Model):
    class Reason(models.TextChoices):
        BLOCKED = "blocked", _("It was blocked by the seller.")
        REFUNDED = "refunded", _("The purchase was refunded.")
        LOST = "lost", _("It belongs to a delivery that was lost.")

    batch = models.ForeignKey(CodeBatch, models.PROTECT, db_index=False, related_name="codes", verbose_name=_("batch"))
    digest = models.CharField(max_length=64, editable=False)
    sealed = models.TextField(editable=False)
    hint = models.CharField(_("last group"), max_length=5, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_reason = models.CharField(_("reason"), max_length=16, choices=Reason, blank=True)

    objects = ActivationCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("activation code")
        verbose_name_plural = _("activation codes")
        ordering = ["-pk"]
        # Named here and not at the columns: Django would make each text a second index, for beginnings.
        indexes = [
            models.Index(fields=["batch", "id"], name="codes_of_a_batch"),
            models.Index(fields=["hint"], name="codes_by_last_group"),
            models.Index(fields=["id"], condition=Q(revoked_at__isnull=False), name="revoked_codes"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["digest"],
                name="code_exists_once",
                violation_error_message=_("This code exists already."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_reason="")
                | Q(revoked_at__isnull=False) & ~Q(revoked_reason=""),
                name="code_is_revoked_for_a_reason",
                violation_error_message=_("A revoked code needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return _("code ending in %(hint)s") % {"hint": self.hint}

    @property
    def case_number(self) -> str:
        """What the customer tells support; says nothing about the code itself."""
        return f"C-{self.pk:06d}"


def count_codes(batches: list[CodeBatch]) -> None:
    """Tell each of these batches how many codes it has, and how many are used or revoked.

    Codes of a batch are stored together. So the lowest and the highest number say where to look: without them
    PostgreSQL may read the index of all used codes.
    """
    codes = ActivationCode.objects.filter(batch__in=batches).order_by()
    rows = list(codes.values_list("batch").annotate(Count("pk"), Min("pk"), Max("pk")))
    there = codes.filter(pk__gte=min(row[2] for row in rows), pk__lte=max(row[3] for row in rows)) if rows else codes
    issued = {batch: count for batch, count, _first, _last in rows}
    used, revoked = counted(there.in_use()), counted(there.filter(revoked_at__isnull=False))
    for batch in batches:
        batch.issued, batch.used, batch.revoked = (count.get(batch.pk, 0) for count in (issued, used, revoked))


def counted(codes: ActivationCodeQuerySet) -> dict[int, int]:
    """Count these codes by their batch."""
    return dict(codes.values_list("batch").annotate(Count("pk")))


class CodeAttempt(models.Model):
    """One press of “Add”; the limits of the form are derived from these facts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="code_attempts")
    address = models.GenericIPAddressField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    refusal = models.CharField(max_length=32, blank=True)
    counted = models.BooleanField(default=False)
    pause_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("code attempt")
        verbose_name_plural = _("code attempts")
        indexes = [
            models.Index(fields=["user", "made_at"], name="attempts_of_an_account"),
            models.Index(fields=["address", "made_at"], name="attempts_of_an_address"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.made_at:%Y-%m-%d %H:%M} {self.refusal}"


class WaitingCode(models.Model):
    """A code that a person typed before the account could take it; sealed, offered until it is added or dropped."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="waiting_codes")
    sealed = models.TextField()
    hint = models.CharField(max_length=5)
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("waiting code")
        verbose_name_plural = _("waiting codes")
        ordering = ["-kept_at", "-pk"]

    def __str__(self) -> str:
        return _("code ending in %(hint)s") % {"hint": self.hint}


class CodeClaimQuerySet(models.QuerySet["CodeClaim"]):
    def for_holder(self, user):
        """Claims that this user, as the present holder of the license, may answer."""
        return self.filter(code__term__license__owner=user)


class CodeClaim(models.Model):
    """“I am the buyer”: the holder of the license is asked by mail to release it."""

    code = models.ForeignKey(ActivationCode, models.PROTECT, related_name="claims")
    claimant = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="claims")
    made_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True)

    objects = CodeClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "claimant"],
                condition=Q(released_at__isnull=True),
                name="one_open_claim_a_person_and_code",
                violation_error_message=_("You have asked for this code already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}, {self.claimant}"

    @property
    def open_until(self):
        """The moment after which the holder can no longer answer."""
        return self.made_at + settings.CODE_LIMITS["claim_open_for"]

    def is_open_at(self, moment: datetime) -> bool:
        return self.released_at is None and moment < self.open_until
