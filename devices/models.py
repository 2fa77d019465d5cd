"""Computers and phones of customers, known by the machine id that the product makes."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from devices.refusals import BadMachineId
from licenses.models import License, Platform, Product, Seat
from portal.foundation.oauth.models import SignIn

NOT_SEEN_AFTER = timedelta(days=30)
# For so long a device that found no seat is named.
MISSED_FOR = timedelta(days=7)
LONGEST = {"name": 80, "os_version": 80, "app_version": 40}
MACHINE_ID = r"\A[0-9a-f]{32}\Z"


class DeviceQuerySet(models.QuerySet["Device"]):
    def for_user(self, user):
        """Devices of this customer; anybody else's row does not exist for them."""
        return self.filter(owner=user)

    def connected(self):
        """Devices that hold a seat now."""
        return self.filter(models.Exists(Seat.objects.held().filter(device=models.OuterRef("pk"))))

    def disconnected(self):
        """Devices that hold no seat any more, the one that gave its seat back last first."""
        held = Seat.objects.held().filter(device=models.OuterRef("pk"))
        last_first = F("disconnected_at").desc(nulls_last=True)
        return self.filter(~models.Exists(held)).with_last_seat().order_by(last_first, "-pk")

    def with_last_seat(self):
        """Know when a seat was given back last."""
        return self.annotate(disconnected_at=models.Max("seats__disconnected_at"))


class Device(models.Model):
    class Form(models.TextChoices):
        """The shape that the page draws."""

        PC = "pc", _("Desktop computer")
        LAPTOP = "laptop", _("Laptop")
        MAC = "mac", _("Mac")
        PHONE = "phone", _("Phone")
        IPHONE = "iphone", _("iPhone")
        TABLET = "tablet", _("Tablet")

    class Report(models.TextChoices):
        """What the product said about itself at its last check-in."""

        PROTECTED = "protected", _("Protected")
        UPDATE_WAITING = "update_waiting", _("Update waiting")
        OFF = "off", _("Protection is off")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="devices", verbose_name=_("customer")
    )
    machine_id = models.CharField(
        _("machine id"),
        max_length=32,
        validators=[RegexValidator(MACHINE_ID, BadMachineId.sentence)],
    )
    name = models.CharField(_("name"), max_length=LONGEST["name"])
    platform = models.CharField(_("platform"), max_length=16, choices=Platform)
    form = models.CharField(_("shape"), max_length=8, choices=Form, blank=True)
    os_version = models.CharField(_("system"), max_length=LONGEST["os_version"], blank=True)
    app_version = models.CharField(_("app version"), max_length=LONGEST["app_version"], blank=True)
    report = models.CharField(_("last report"), max_length=16, choices=Report, default=Report.PROTECTED)
    created_at = models.DateTimeField(_("first connected"), default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["name"], opclasses=["varchar_pattern_ops"], name="devices_by_name"),
            models.Index(fields=["platform", "id"], name="devices_of_a_platform"),
            # Most are protected, and change it seldom: those cost nothing.
            models.Index(fields=["report", "id"], condition=~Q(report="protected"), name="devices_to_look_after"),
        ]
        constraints = [
            models.UniqueConstraint(
                # The machine first: `connect` looks for it in all accounts.
                fields=["machine_id", "owner"],
                name="machine_is_one_device_an_account",
                violation_error_message=_("This machine is a device of the account already."),
            ),
            models.CheckConstraint(
                condition=Q(platform__in=Platform.values),
                name="device_platform_exists",
                violation_error_message=_("Choose a platform from the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shape(self) -> str:
        """The glyph of this device; what it did not say is guessed from its platform."""
        by_platform = {
            Platform.WINDOWS: self.Form.LAPTOP,
            Platform.SERVER: self.Form.PC,
            Platform.MACOS: self.Form.MAC,
            Platform.ANDROID: self.Form.PHONE,
            Platform.IOS: self.Form.IPHONE,
        }
        return self.form or by_platform[Platform(self.platform)]

    def tone(self, at: datetime) -> str:
        """How a page draws it: well ("ok"), not seen for long ("idle"), to look after ("warn", "end")."""
        if self.is_unseen(at):
            return "idle"
        return {self.Report.PROTECTED: "ok", self.Report.UPDATE_WAITING: "warn", self.Report.OFF: "end"}[
            self.Report(self.report)
        ]

    def condition(self, at: datetime) -> str:
        """The same in words."""
        if not self.is_unseen(at):
            return self.get_report_display()
        days = self.days_unseen(at)
        return ngettext("Not seen for %(days)d day", "Not seen for %(days)d days", days) % {"days": days}

    @property
    def public_id(self) -> str:
        """What support asks for; a piece of the machine id, which itself is not shown."""
        return f"D-{self.machine_id[:4]}-{self.machine_id[4:8]}".upper()

    @property
    def alive_at(self) -> datetime:
        """The last sign of life: a device that never reported was alive when it was connected."""
        return self.last_seen_at or self.created_at

    def days_unseen(self, at: datetime) -> int:
        """Whole days since the last sign of life."""
        return (at - self.alive_at).days

    def is_unseen(self, at: datetime) -> bool:
        """Whether it has not been seen for so long that its seat may be better elsewhere."""
        return at - self.alive_at >= NOT_SEEN_AFTER


class BoundSignIn(models.Model):
    """The device on which a sign-in turned out to be when its product connected: its disconnect ends the sign-in."""

    sign_in = models.OneToOneField(
        SignIn, models.CASCADE, primary_key=True, related_name="bound", verbose_name=_("sign-in")
    )
    device = models.ForeignKey(Device, models.CASCADE, related_name="sign_ins", verbose_name=_("device"))

    class Meta:
        verbose_name = _("device of a sign-in")
        verbose_name_plural = _("devices of sign-ins")

    def __str__(self) -> str:
        return str(self.device)


def device_of(sign_in: SignIn) -> Device | None:
    """Return the device on which this sign-in is; None before its product has connected."""
    bound = getattr(sign_in, "bound", None)
    return bound and bound.device


class LeaseQuerySet(models.QuerySet["Lease"]):
    def running_at(self, moment: datetime):
        """Leases by which a product goes on protecting, whatever has become of its seat."""
        return self.filter(expires_at__gt=moment)


class Lease(models.Model):
    """What was signed last for a product on a device. It stays as history; a disconnect only ends its renewal."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="leases", verbose_name=_("device"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="leases", verbose_name=_("product"))
    license = models.ForeignKey(License, models.CASCADE, related_name="leases", verbose_name=_("license"))
    # The one that the product last showed to have, then those signed since, any of which it may have got; the newest
    # is the last.
    jtis = models.JSONField(_("ids"), default=list)
    issued_at = models.DateTimeField(_("signed"))
    expires_at = models.DateTimeField(_("ends"))
    copied_at = models.DateTimeField(_("seen on a second machine"), null=True, blank=True)

    objects = LeaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "product"],
                name="product_on_a_device_has_one_lease",
                violation_error_message=_("There is a lease for this product on this device already."),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gte=F("issued_at")),
                name="lease_ends_after_it_is_signed",
                violation_error_message=_("A lease ends after it is signed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}, {self.expires_at:%Y-%m-%d %H:%M}"

    @property
    def jti(self) -> str:
        """The id of the newest one."""
        return self.jtis[-1]

    def is_copied(self, seat: Seat) -> bool:
        """Whether a second machine was seen since this seat was taken; a new connect makes that good."""
        return self.copied_at is not None and self.copied_at >= seat.connected_at


class TurnedAway(models.Model):
    """The machine that a full license turned away last; its owner reads its name where seats are freed."""

    license = models.OneToOneField(License, models.CASCADE, related_name="turned_away", verbose_name=_("license"))
    # Of the license at that moment: who gets it later must not read the name of a stranger's device.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("customer"))
    machine_id = models.CharField(_("machine id"), max_length=32)
    platform = models.CharField(_("platform"), max_length=16, choices=Platform)
    name = models.CharField(_("name"), max_length=LONGEST["name"])
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("device without a seat")
        verbose_name_plural = _("devices without a seat")

    def __str__(self) -> str:
        return self.name

    def is_recent(self, moment: datetime) -> bool:
        """Whether it was turned away so lately that its owner should read of it."""
        return moment - self.at < MISSED_FOR
