"""What is sold: products, and the plans that a code or an order buys."""

from datetime import datetime
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from .frozen import refuse_changes

# Ten years of days; of years, still far before the calendar of Python ends (a code would fail on it, not the plan).
LONGEST_TERM = 3650


class Platform(models.TextChoices):
    WINDOWS = "windows", "Windows"
    MACOS = "macos", "macOS"
    ANDROID = "android", "Android"
    IOS = "ios", "iOS"
    SERVER = "server", "Windows Server"


class Region(models.TextChoices):
    EUROPE = "europe", _("Europe")
    AMERICAS = "americas", _("North and South America")
    ASIA_PACIFIC = "asia-pacific", _("Asia and the Pacific")
    AFRICA_MIDDLE_EAST = "africa-middle-east", _("Africa and the Middle East")


class Product(models.Model):
    class Kind(models.TextChoices):
        PROTECTION = "protection", _("Protection against viruses")
        VPN = "vpn", _("Private connection (VPN)")
        PASSWORDS = "passwords", _("Passwords")
        CHILDREN = "children", _("Care for children")

    class Icon(models.TextChoices):
        SHIELD = "shield", _("Shield")
        SHIELD_CHECK = "shieldok", _("Shield with check")
        VAULT = "vault", _("Vault")
        VPN = "vpn", _("Tunnel")
        PHONE = "phone", _("Phone")
        PC = "pc", _("Computer")
        USER = "user", _("Person")
        CARD = "card", _("Card")

    # What products on devices and links on pages know it by.
    SOLD_AS: ClassVar[list[str]] = ["slug"]

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(_("short name in addresses"), unique=True)
    kind = models.CharField(
        _("kind"),
        max_length=16,
        choices=Kind,
        default=Kind.PROTECTION,
        help_text=_("Decides which setup guides the product gets with its first installer or store link."),
    )
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    icon = models.CharField(_("icon"), max_length=16, choices=Icon, default=Icon.SHIELD)
    tone = models.PositiveSmallIntegerField(
        _("tile color"), default=1, choices=[(number, str(number)) for number in range(1, 6)]
    )
    renew_url = models.URLField(_("shop page for renewals"), blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    successor = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successor"),
    )

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(tone__gte=1, tone__lte=5),
                name="product_tone_is_drawn",
                violation_error_message=_("There are tile colors 1 to 5."),
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=models.F("pk")),
                name="product_does_not_succeed_itself",
                violation_error_message=_("A product cannot be its own successor."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Keep what is sold findable under its name."""
        if self.pk and self.is_sold:
            refuse_changes(self, self.SOLD_AS)

    @property
    def is_sold(self) -> bool:
        """Whether somebody has it, or a code or an order of it."""
        plans = self.plans.all()
        return (
            self.licenses.exists()
            or plans.filter(batches__isnull=False).exists()
            or plans.filter(orders__isnull=False).exists()
        )


class Plan(models.Model):
    class Kind(models.TextChoices):
        COMMERCIAL = "commercial", _("License")
        TRIAL = "trial", _("Trial")
        SUBSCRIPTION = "subscription", _("Subscription")

    class Unit(models.TextChoices):
        DAY = "day", _("days")
        MONTH = "month", _("months")
        YEAR = "year", _("years")

    # What a customer bought, and the name by which stores order it.
    SOLD_AS: ClassVar[list[str]] = ["product", "slug", "kind", "term_length", "term_unit", "region"]

    product = models.ForeignKey(Product, models.PROTECT, related_name="plans", verbose_name=_("product"))
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("short name for commands"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.COMMERCIAL)
    term_length = models.PositiveSmallIntegerField(_("term"), default=1, validators=[MaxValueValidator(LONGEST_TERM)])
    term_unit = models.CharField(_("unit of the term"), max_length=8, choices=Unit, default=Unit.YEAR)
    region = models.CharField(
        _("region"), max_length=32, choices=Region, blank=True, help_text=_("Empty: can be used everywhere.")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["product__name", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(term_length__gte=1),
                name="plan_term_at_least_one",
                violation_error_message=_("A term is at least one day, month or year."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.name}"

    def clean(self) -> None:
        """Keep what customers bought: another term or region is another plan."""
        if self.pk and self.is_sold:
            refuse_changes(self, self.SOLD_AS)

    @property
    def is_sold(self) -> bool:
        """Whether somebody has it, or a code or an order of it."""
        return self.batches.exists() or self.orders.exists() or self.terms.exists()

    def is_on_sale(self, moment: datetime) -> bool:
        """Whether it may be bought at this moment: neither the plan nor its product is withdrawn by then."""
        ends = [self.withdrawn_at, self.product.withdrawn_at]
        return not any(end and end <= moment for end in ends)

    @property
    def term_text(self) -> str:
        """How long a term lasts, in words: “1 year”, “30 days”."""
        one_many = {
            self.Unit.DAY: ngettext("%(count)d day", "%(count)d days", self.term_length),
            self.Unit.MONTH: ngettext("%(count)d month", "%(count)d months", self.term_length),
            self.Unit.YEAR: ngettext("%(count)d year", "%(count)d years", self.term_length),
        }
        return one_many[self.Unit(self.term_unit)] % {"count": self.term_length}

    @property
    def type_text(self) -> str:
        """Kind and term in words: “Subscription, 1 year”."""
        return _("%(kind)s, %(term)s") % {"kind": self.get_kind_display(), "term": self.term_text}

    @property
    def platforms(self) -> list[Platform]:
        """Every platform that some pool of this plan takes, in the order of `Platform`."""
        pools = list(self.pools.all())
        return [platform for platform in Platform if any(pool.takes(platform) for pool in pools)]

    @property
    def platforms_text(self) -> str:
        return ", ".join(platform.label for platform in self.platforms)

    @property
    def seat_count(self) -> int | None:
        """Seats of all pools together; None when one pool has no limit."""
        quantities = [pool.quantity for pool in self.pools.all()]
        return None if None in quantities else sum(filter(None, quantities))


class SeatPool(models.Model):
    """How many devices of which platforms: “5 of Windows or macOS”."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="pools", verbose_name=_("plan"))
    position = models.PositiveSmallIntegerField(_("place"), default=1)
    quantity = models.PositiveSmallIntegerField(
        _("seats"), null=True, blank=True, help_text=_("Empty: no limit on devices.")
    )
    # One column a platform: the database cannot hold one that does not exist.
    on_windows = models.BooleanField("Windows", default=False)
    on_macos = models.BooleanField("macOS", default=False)
    on_android = models.BooleanField("Android", default=False)
    on_ios = models.BooleanField("iOS", default=False)
    on_server = models.BooleanField("Windows Server", default=False)

    class Meta:
        verbose_name = _("seat pool")
        verbose_name_plural = _("seat pools")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "position"],
                name="pool_order_is_clear",
                violation_error_message=_("Two pools of a plan cannot have the same place in the order."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gte=1),
                name="pool_has_at_least_one_seat",
                violation_error_message=_("A pool has at least one seat; leave it empty for no limit."),
            ),
            models.CheckConstraint(
                condition=Q(on_windows=True)
                | Q(on_macos=True)
                | Q(on_android=True)
                | Q(on_ios=True)
                | Q(on_server=True),
                name="pool_takes_some_platform",
                violation_error_message=_("Choose at least one platform."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity or '∞'} × {self.platforms_text}"

    def clean(self) -> None:
        """Keep the seats that customers bought: fewer would throw their devices out."""
        if self.plan_id and self.plan.is_sold:
            if self.pk is None:
                raise ValidationError(_("It was sold with the seats it has. Copy it as a new plan."), code="frozen")
            refuse_changes(self, ["plan", "position", "quantity", *(f"on_{platform}" for platform in Platform)])

    def takes(self, platform: str) -> bool:
        """Whether a device of this platform may sit in this pool."""
        return bool(getattr(self, f"on_{platform}", False))

    @property
    def platforms_text(self) -> str:
        return " / ".join(platform.label for platform in Platform if self.takes(platform))

    @property
    def mix_text(self) -> str:
        """Which devices may share the seats: “any mix of systems”, “any mix of Windows and macOS”, “for Windows”."""
        names = [str(platform.label) for platform in Platform if self.takes(platform)]
        if len(names) == 1:
            return gettext("for %(systems)s") % {"systems": names[0]}
        if all(self.takes(platform) for platform in Platform if platform != Platform.SERVER):
            return gettext("for any system") if self.quantity == 1 else gettext("any mix of systems")
        if self.quantity == 1:
            return gettext("for %(systems)s") % {"systems": get_text_list(names, gettext("or"))}
        return gettext("any mix of %(systems)s") % {"systems": get_text_list(names, gettext("and"))}
