"""A customer's right: the license, its dated terms, and the seats of its devices."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licenses.moves import WINDOW, Stay
from licenses.standing import LATE_PAYMENT, Standing

from .catalog import Plan, Product, SeatPool
from .codes import ActivationCode
from .orders import Order

STAY = ("device", "connected_at", "disconnected_at", "moved_from", "went_with_license")


class LicenseQuerySet(models.QuerySet["License"]):
    def for_user(self, user):
        """Licenses that this customer owns; anybody else's row does not exist for them."""
        return self.filter(owner=user)

    def kept(self):
        """Licenses that the owner has not archived."""
        return self.filter(archived_at__isnull=True)

    def archived(self):
        """Licenses that the owner has archived."""
        return self.filter(archived_at__isnull=False)

    def with_archived(self):
        """Know with each license how many others its owner has archived, without a question of its own."""
        archived = License.objects.filter(owner=models.OuterRef("owner")).archived().order_by().values("owner")
        counted = archived.annotate(count=models.Count("pk")).values("count")
        return self.annotate(archived_beside=Coalesce(models.Subquery(counted), 0))

    def locked(self):
        """Lock these licenses, in the one order of their keys, and return them to be read anew."""
        keys = list(self.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        return License.objects.filter(pk__in=keys)

    def standings(
        self, at: datetime, *, zone: tzinfo = UTC, with_seats: bool = True, with_moves: bool = False
    ) -> list[Standing]:
        """What each of these licenses is at this moment: three queries however many there are, one more for moves.

        Days are counted in `zone`, the reader's. Without seats, one query tells what follows from the terms.
        """
        each = self.annotate(each_term=models.FilteredRelation("terms"))
        rows = each.select_related("product", "each_term__plan", "each_term__code__batch")
        licenses: dict[int, License] = {}
        terms: dict[int, list[Term]] = defaultdict(list)
        for row in rows:
            license = licenses.setdefault(row.pk, row)
            term = getattr(row, "each_term", None)
            if term:
                term.license = license
                terms[row.pk].append(term)
        if with_seats:
            load_pools(term for each in terms.values() for term in each)
        seats = held_seats(licenses) if with_seats else {}
        found = [
            Standing(license, tuple(terms.get(pk, ())), tuple(seats.get(pk, ())), at, zone)
            for pk, license in licenses.items()
        ]
        return with_stays(found) if with_moves else found

    def with_device(self, device):
        """Licenses of which this device holds a seat now."""
        return self.filter(models.Exists(Seat.objects.held().filter(license=models.OuterRef("pk"), device=device)))

    def sold_by_stores(self):
        """Licenses of which some term came from an order, be it as a license or as a code."""
        return self.filter(models.Exists(Term.objects.sold_by_stores().filter(license=models.OuterRef("pk"))))

    def renewable_at(self, moment: datetime):
        """Licenses that a renewal can follow: not a blocked one, and not a trial that is over."""
        terms = Term.objects.filter(license=models.OuterRef("pk"))
        bought = Q(models.Exists(terms.exclude(plan__kind=Plan.Kind.TRIAL)))
        return self.filter(bought | models.Exists(terms.filter(ends_at__gt=moment)), blocked_at__isnull=True)

    def active_at(self, moment: datetime):
        """Licenses that give a right at this moment."""
        running = Term.objects.filter(license=models.OuterRef("pk")).active_at(moment)
        return self.filter(models.Exists(running), blocked_at__isnull=True)


def load_pools(terms: Iterable["Term"]) -> None:
    """Give each term a plan that knows its pools, of one plan the same."""
    plans: dict[int, Plan] = {}
    for term in terms:
        term.plan = plans.setdefault(term.plan_id, term.plan)
    models.prefetch_related_objects(list(plans.values()), "pools")


def held_seats(licenses: "dict[int, License]") -> "dict[int, list[Seat]]":
    """The seats that devices hold on each of these licenses, with their devices."""
    seats: dict[int, list[Seat]] = defaultdict(list)
    for seat in Seat.objects.held().filter(license__in=licenses).select_related("device"):
        seat.license = licenses[seat.license_id]
        seats[seat.license_id].append(seat)
    return seats


def with_stays(standings: list[Standing]) -> list[Standing]:
    """The same with who sat there lately enough for the moves of the 30 days before."""
    if not standings:
        return []
    stays: dict[int, list[Stay]] = defaultdict(list)
    # A place that was given up before the window may be taken within it.
    since = standings[0].at - 2 * WINDOW
    touched = Seat.objects.filter(license__in=[standing.license for standing in standings]).touched_since(since)
    for license_id, *row in touched.values_list("license", *STAY):
        stays[license_id].append(Stay(*row))
    return [replace(standing, stays=tuple(stays[standing.license.pk])) for standing in standings]


class License(models.Model):
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="licenses", verbose_name=_("customer")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, db_index=False, related_name="licenses", verbose_name=_("product")
    )
    support_key = models.CharField(_("support key"), max_length=14, unique=True, editable=False)
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    renews_itself = models.BooleanField(_("renews by itself"), default=False)
    blocked_at = models.DateTimeField(_("blocked"), null=True, blank=True)
    blocked_reason = models.CharField(_("reason of the block"), max_length=200, blank=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    moves_reset_at = models.DateTimeField(_("moves counted since"), null=True, blank=True, editable=False)

    objects = LicenseQuerySet.as_manager()
    archived_beside: int  # after `with_archived`
    codes_wait: bool  # whether its owner has codes that wait; after `redeem_code`
    first_term: "Term"  # of a license that `start_license` has just written

    class Meta:
        verbose_name = _("license")
        verbose_name_plural = _("licenses")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["product", "id"], name="licenses_of_a_product"),
            models.Index(fields=["created_at"], name="licenses_by_date"),
            models.Index(fields=["id"], condition=Q(blocked_at__isnull=False), name="blocked_licenses"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.support_key}"

    def get_absolute_url(self) -> str:
        return reverse("licenses:detail", args=[self.pk])

    def standing(self, at: datetime, **how) -> Standing:
        """What it is at this moment, read anew; `how` as `standings` takes it."""
        return License.objects.filter(pk=self.pk).standings(at, **how)[0]

    @property
    def block_reason(self) -> str:
        """Why it is blocked: a sentence of ours in the reader's language, one of the staff's as it was written."""
        return gettext(self.blocked_reason) if self.blocked_reason else ""


class TermQuerySet(models.QuerySet["Term"]):
    def active_at(self, moment: datetime):
        """Terms that give a right, as `Standing.term_in_force` says it."""
        late = Q(license__renews_itself=True, ends_at__gt=moment - LATE_PAYMENT)
        return self.filter(Q(ends_at__gt=moment) | late, starts_at__lte=moment)

    def sold_by_stores(self):
        return self.filter(Q(order__isnull=False) | Q(code__batch__order__isnull=False))

    def ended_unannounced(self, moment: datetime):
        """Terms that are over, the wait for a payment included, whose end nobody has looked at yet."""
        over = self.filter(ends_at__lte=moment, expiry_announced_at__isnull=True)
        return over.exclude(license__renews_itself=True, ends_at__gt=moment - LATE_PAYMENT)


class Term(models.Model):
    """A dated stretch of a license under one plan. Terms of a license never overlap; the next begins by itself."""

    license = models.ForeignKey(License, models.PROTECT, related_name="terms", verbose_name=_("license"))
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="terms", verbose_name=_("plan"))
    code = models.OneToOneField(
        ActivationCode,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="term",
        verbose_name=_("activation code"),
        error_messages={"unique": _("This code was used already.")},
    )
    order = models.OneToOneField(
        "licenses.Order", models.PROTECT, null=True, blank=True, related_name="term", verbose_name=_("order")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    # It ends with a whole day there; its owner may live elsewhere when the next one is bought.
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, editable=False)
    # When somebody looked whether a store has to hear of the end, once it had come.
    expiry_announced_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["license", "starts_at", "ends_at"], name="terms_of_a_license"),
            models.Index(
                fields=["ends_at"], condition=Q(expiry_announced_at__isnull=True), name="expiries_to_announce"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="term_ends_after_it_starts",
                violation_error_message=_("A term ends after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(code__isnull=True) | Q(order__isnull=True),
                name="term_comes_from_a_code_or_an_order",
                violation_error_message=_("A term comes from a code or from an order."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.starts_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"

    @property
    def sold_by(self) -> "Order | None":
        """The order through which a store sold it, be it as a license or as a code."""
        return self.order or (self.code.batch.order if self.code else None)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone whose days it counts."""
        return ZoneInfo(self.time_zone or settings.TIME_ZONE)

    @property
    def last_day(self) -> datetime:
        return self.ends_at - timedelta(microseconds=1)


class SeatQuerySet(models.QuerySet["Seat"]):
    def held(self):
        """Seats that a device has now."""
        return self.filter(disconnected_at__isnull=True)

    def given_back(self):
        """Seats that a device had, the one that it had last first."""
        return self.filter(disconnected_at__isnull=False).order_by("-disconnected_at", "-pk")

    def for_user(self, user):
        return self.filter(license__owner=user)

    def with_each_term(self):
        """Each seat with license, product and pool, once for every term of its license: `seat.term`, with its plan.

        A check-in is asked so often that one query has to do.
        """
        rows = self.annotate(term=models.FilteredRelation("license__terms"))
        return rows.select_related("license__product", "pool", "term__plan")

    def touched_since(self, moment: datetime):
        """Seats that were taken or given up after this moment."""
        return self.filter(Q(connected_at__gt=moment) | Q(disconnected_at__gt=moment))


class Seat(models.Model):
    """One device's place in a pool of a license, from connected_at to disconnected_at."""

    license = models.ForeignKey(License, models.PROTECT, related_name="seats", verbose_name=_("license"))
    pool = models.ForeignKey(SeatPool, models.PROTECT, related_name="seats", verbose_name=_("pool"))
    device = models.ForeignKey("devices.Device", models.PROTECT, related_name="seats", verbose_name=_("device"))
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="seats", verbose_name=_("holder"))
    number = models.PositiveIntegerField(_("number"))
    connected_at = models.DateTimeField(_("connected"), default=timezone.now)
    disconnected_at = models.DateTimeField(_("disconnected"), null=True, blank=True)
    # Whether it ended with the right of its license: no person took it from the device, which may have another.
    went_with_license = models.BooleanField(default=False, editable=False)
    # In place of which one it came, when that gave no right any more.
    moved_from = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="moved_to"
    )

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["license", "pool", "number"],
                condition=Q(disconnected_at__isnull=True),
                name="seat_number_is_taken_once",
                violation_error_message=_("This seat is taken."),
            ),
            models.UniqueConstraint(
                fields=["license", "device"],
                condition=Q(disconnected_at__isnull=True),
                name="device_has_one_seat_a_license",
                violation_error_message=_("This device has a seat already."),
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="seat_numbers_start_at_one",
                violation_error_message=_("Seats are numbered from 1."),
            ),
            models.CheckConstraint(
                condition=Q(disconnected_at__isnull=True) | Q(disconnected_at__gte=F("connected_at")),
                name="seat_ends_after_it_starts",
                violation_error_message=_("A seat is given back after it was taken."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.license}: {self.number}"

    @property
    def platform(self) -> str:
        return self.device.platform
