"""A customer's right: the license, its dated terms, and the seats of its devices."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licenses.moves import MOVES_A_SEAT, WINDOW, Moves, Stay, moves_in
from licenses.seating import Sitting, seat_devices
from licenses.standing import ENDS_SOON, LATE_PAYMENT, Standing
from licenses.standing import State as StandingState

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

    def with_state(self):
        """Fetch all that state, time and seats are derived from, in a constant number of queries."""
        terms = Term.objects.select_related("plan", "code__batch").prefetch_related("plan__pools")
        return self.select_related("product").prefetch_related(
            Prefetch("terms", terms),
            Prefetch("seats", Seat.objects.held().select_related("device"), "held_seats"),
        )

    def standings(self, at: datetime, *, zone: tzinfo = UTC, with_moves: bool = False) -> list[Standing]:
        """What each of these licenses is at this moment: three queries however many there are, one more for moves.

        Days are counted in `zone`, the reader's.
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
        load_pools(term for each in terms.values() for term in each)
        seats = held_seats(licenses)
        stays = stays_of(licenses, at) if with_moves else {}
        return [
            Standing(
                license,
                tuple(terms[pk]),
                tuple(seats[pk]),
                at,
                zone,
                tuple(stays[pk]) if with_moves else None,
            )
            for pk, license in licenses.items()
        ]

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


def stays_of(licenses: Iterable[int], moment: datetime) -> dict[int, list[Stay]]:
    """Who sat on each of these licenses lately enough for the moves of the 30 days before this moment."""
    stays: dict[int, list[Stay]] = defaultdict(list)
    # A place that was given up before the window may be taken within it.
    touched = Seat.objects.filter(license__in=licenses).touched_since(moment - 2 * WINDOW)
    for license_id, *row in touched.values_list("license", *STAY):
        stays[license_id].append(Stay(*row))
    return stays


class License(models.Model):
    State = StandingState

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
    held_seats: "list[Seat]"  # after `with_state`

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

    def standing(self, at: datetime, *, zone: tzinfo = UTC, with_moves: bool = False) -> Standing:
        """What it is at this moment, read anew."""
        return License.objects.filter(pk=self.pk).standings(at, zone=zone, with_moves=with_moves)[0]

    @cached_property
    def ordered_terms(self) -> list["Term"]:
        return sorted(self.terms.all(), key=lambda term: term.starts_at)

    def term_at(self, moment: datetime) -> "Term | None":
        """The term that runs at this moment."""
        return next((term for term in self.ordered_terms if term.starts_at <= moment < term.ends_at), None)

    @property
    def term(self) -> "Term | None":
        """The term that says what this license is now: the running one, else the next, else the last."""
        now = timezone.now()
        coming = (term for term in self.ordered_terms if term.starts_at > now)
        return self.term_in_force(now) or next(coming, None) or (self.ordered_terms[-1] if self.ordered_terms else None)

    @property
    def plan(self) -> Plan | None:
        return self.term.plan if self.term else None

    @property
    def queued_terms(self) -> list["Term"]:
        """Terms that wait behind the one that runs."""
        return [term for term in self.ordered_terms if self.term and term.starts_at > self.term.starts_at]

    @property
    def starts_at(self) -> datetime | None:
        return self.ordered_terms[0].starts_at if self.ordered_terms else None

    @property
    def ends_at(self) -> datetime | None:
        """When protection stops: the end of the last term that follows without a gap, or of the wait for a payment."""
        end = self.late_until(timezone.now()) or (self.term.ends_at if self.term else None)
        for term in self.queued_terms:
            if term.starts_at == end:
                end = term.ends_at
        return end

    def with_grace(self, end: datetime) -> datetime:
        """When the right of a term that ends then is really over: the payment of a renewal may come late."""
        return end + LATE_PAYMENT if self.renews_itself else end

    def term_in_force(self, moment: datetime) -> "Term | None":
        """The term that gives a right: the one that runs, or one whose renewal may just be late.

        Page, connect, check-in and store all go by it.
        """
        begun = (term for term in reversed(self.ordered_terms) if term.starts_at <= moment)
        return next((term for term in begun if moment < self.with_grace(term.ends_at)), None)

    def late_until(self, moment: datetime) -> datetime | None:
        """How long protection goes on although the renewal is not paid; None when no payment is late."""
        term = self.term_in_force(moment)
        return self.with_grace(term.ends_at) if term and term.ends_at <= moment else None

    def protected_until(self, moment: datetime) -> datetime | None:
        """When the right by which devices work ends, by the last term that follows without a gap; None without."""
        term = self.term_in_force(moment)
        end = term and term.ends_at
        for term in self.ordered_terms:
            if term.starts_at == end:
                end = term.ends_at
        return end

    @property
    def last_day(self) -> datetime | None:
        """An instant of the last day on which protection runs; terms end with a whole day."""
        return self.ends_at - timedelta(microseconds=1) if self.ends_at else None

    @property
    def state(self) -> "License.State":
        """Derived from dated facts alone."""
        now = timezone.now()
        if self.blocked_at:
            return self.State.BLOCKED
        if self.term_in_force(now):
            return self.State.ENDING if self.ends_soon else self.State.ACTIVE
        if self.starts_at and self.term.starts_at > now:
            return self.State.QUEUED
        return self.State.EXPIRED

    @property
    def ends_soon(self) -> bool:
        """Whether the owner should act: in the last 30 days, or the last quarter of a short term."""
        if self.renews_itself:
            return self.is_late
        soon = min(ENDS_SOON, (self.ends_at - self.term.starts_at) / 4)
        return self.ends_at - timezone.now() <= soon

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.ACTIVE, self.State.ENDING)

    @property
    def is_late(self) -> bool:
        """Whether it only goes on because a payment may come late."""
        return not self.blocked_at and self.late_until(timezone.now()) is not None

    @property
    def renews_next(self) -> bool:
        """Whether it will be renewed by itself on its last day; not while that very payment is late."""
        return self.renews_itself and self.is_running and not self.is_late

    @property
    def is_over(self) -> bool:
        """Whether it protects nothing any more: expired or blocked."""
        return self.state in (self.State.EXPIRED, self.State.BLOCKED)

    @property
    def mood(self) -> str:
        """How a page draws it: well, soon to end, or over."""
        return "end" if self.is_over else "warn" if self.state == self.State.ENDING else "ok"

    @property
    def tone(self) -> int:
        """The color of its tile; gray when it is over."""
        return 0 if self.is_over else self.product.tone

    @property
    def is_renewed(self) -> bool:
        """Whether more time follows, without a gap, on what runs now."""
        return self.is_running and bool(self.queued_terms) and self.ends_at > self.term.ends_at

    @property
    def days_blocked(self) -> int:
        """Calendar days since it was blocked."""
        return (timezone.localdate() - timezone.localdate(self.blocked_at)).days

    @property
    def days_until_start(self) -> int:
        return (timezone.localdate(self.term.starts_at) - timezone.localdate()).days

    @property
    def days_over(self) -> int:
        """Calendar days since the last day; at least 1, because a term ends with a whole day."""
        return max(1, -self.days_left)

    @property
    def days_left(self) -> int:
        """Whole calendar days until the last day, in the time zone that is active; 0 on the last day."""
        if not self.last_day:
            return 0
        return (timezone.localdate(self.last_day) - timezone.localdate()).days

    @property
    def percent_past(self) -> float:
        """How much is over, 0 to 100, from the start of the term that runs to the end of protection."""
        if not self.term:
            return 100.0
        whole = self.ends_at - self.term.starts_at
        return round(max(0.0, min(1.0, (timezone.now() - self.term.starts_at) / whole)) * 100, 1)

    @cached_property
    def sittings(self) -> dict[int, Sitting]:
        """Where each held seat stands under the pools of the plan that runs now."""
        seats = self.held_seats if hasattr(self, "held_seats") else self.seats.held().select_related("device")
        return seat_devices(self.plan.pools.all() if self.plan else [], seats)

    @property
    def devices(self) -> list:
        """Each device with a held seat, and whether the plan that runs now has room for it."""
        seats = self.held_seats if hasattr(self, "held_seats") else self.seats.held().select_related("device")
        return [(seat.device, self.sittings[seat.pk].pool is not None) for seat in seats]

    @property
    def pools(self) -> list[tuple[SeatPool, int]]:
        """Each pool of the plan that runs now, and how many of its seats are taken."""
        pools = self.plan.pools.all() if self.plan else []
        return [(pool, sum(place.pool == pool for place in self.sittings.values())) for pool in pools]

    def moves_at(self, moment: datetime, *, taker=None) -> Moves | None:
        """How often seats went to another device in the 30 days before; with `taker` as if it took one now.

        None for a license without a limit on devices.
        """
        if self.seats_total is None:
            return None
        # A place that was given up before the window may be taken within it.
        stays = [Stay(*row) for row in self.seats.touched_since(moment - 2 * WINDOW).stays()]
        stays += [Stay(taker.pk, moment)] if taker else []
        made = [at for at in moves_in(stays, since=self.moves_reset_at) if at > moment - WINDOW]
        return Moves(MOVES_A_SEAT * self.seats_total, made)

    @property
    def code_hint(self) -> str:
        """The last group of the code that started the term; empty for a license without a code."""
        return self.term.code.hint if self.term and self.term.code else ""

    @property
    def code_mask(self) -> str:
        """The hidden groups of that code, as bullets."""
        return "•••••-" * (self.term.code.batch.groups - 1)

    @property
    def seats_used(self) -> int:
        return sum(sitting.pool is not None for sitting in self.sittings.values())

    @property
    def seats_total(self) -> int | None:
        """Seats of the plan that runs now; None means no limit."""
        return self.plan.seat_count if self.plan else 0

    @property
    def seats_free(self) -> int | None:
        return None if self.seats_total is None else max(0, self.seats_total - self.seats_used)

    @property
    def block_reason(self) -> str:
        """Why it is blocked: a sentence of ours in the reader's language, one of the staff's as it was written."""
        return gettext(self.blocked_reason) if self.blocked_reason else ""

    @property
    def seats_protected(self) -> int:
        """Seats whose devices are protected now: none of a license that does not run."""
        return self.seats_used if self.is_running else 0

    @property
    def seats_missing(self) -> int:
        """Devices for which the plan that runs now has no seat."""
        return len(self.sittings) - self.seats_used

    @property
    def is_full(self) -> bool:
        return self.seats_free == 0


class TermQuerySet(models.QuerySet["Term"]):
    def active_at(self, moment: datetime):
        """Terms that give a right, as `License.term_in_force` says it."""
        late = Q(license__renews_itself=True, ends_at__gt=moment - LATE_PAYMENT)
        return self.filter(Q(ends_at__gt=moment) | late, starts_at__lte=moment)

    def sold_by_stores(self):
        return self.filter(Q(order__isnull=False) | Q(code__batch__order__isnull=False))

    def ended_unnoted(self, moment: datetime):
        """Terms that are over, the wait for a payment included, whose end nobody has looked at yet."""
        over = self.filter(ends_at__lte=moment, end_noted_at__isnull=True)
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
    end_noted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["license", "starts_at", "ends_at"], name="terms_of_a_license"),
            models.Index(fields=["ends_at"], condition=Q(end_noted_at__isnull=True), name="ends_to_note"),
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

    def stays(self):
        """Who sat there, from when until when, as `licenses.moves.Stay` has it."""
        return self.values_list(*STAY)


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
