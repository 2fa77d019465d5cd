"""Who is signed in on which device: what a person allowed, the sign-in that came of it, its tokens, and our keys."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# However often its tokens are renewed, a sign-in ends at this age.
OLDEST = timedelta(days=180)
LONGEST_NAME = 80


class SignInQuerySet(models.QuerySet["SignIn"]):
    def active(self):
        """Sign-ins that have not ended."""
        return self.filter(ended_at__isnull=True)


class SignIn(models.Model):
    """One sign-in of one app by one person: the family of all tokens that are renewed from it."""

    class End(models.TextChoices):
        DISCONNECTED = "disconnected", _("Disconnected in the portal")
        SIGNED_OUT = "signed_out", _("Signed out in the app")
        MOVED = "moved", _("The device went to another account")
        PASSWORD_CHANGED = "password_changed", _("The password was changed")
        REPLAYED = "replayed", _("A used token came again")
        TOO_OLD = "too_old", _("Not used for too long, or too old")
        CLOSED = "closed", _("The account was closed")
        STAFF = "staff", _("Ended by staff")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sign_ins", verbose_name=_("customer")
    )
    client = models.ForeignKey(
        "allauth_idp_oidc.Client", models.PROTECT, db_index=False, related_name="sign_ins", verbose_name=_("app")
    )
    device_name = models.CharField(_("device name"), max_length=LONGEST_NAME)
    address = models.GenericIPAddressField(_("network address"), null=True)
    started_at = models.DateTimeField(_("signed in"), default=timezone.now)
    authenticated_at = models.DateTimeField(
        _("person proved"), default=timezone.now, help_text=_("When the person last typed a password for this sign-in.")
    )
    ended_at = models.DateTimeField(_("ended"), null=True)
    end = models.CharField(_("why it ended"), max_length=20, choices=End, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("ended by")
    )

    objects = SignInQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-started_at", "-pk"]
        indexes = [
            models.Index(fields=["client", "id"], name="sign_ins_of_an_app"),
            models.Index(fields=["end", "id"], name="sign_ins_by_their_end"),
            models.Index(fields=["started_at"], name="sign_ins_by_date"),
            models.Index(fields=["device_name"], opclasses=["varchar_pattern_ops"], name="sign_ins_by_device"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="") | Q(ended_at__isnull=False) & ~Q(end=""),
                name="sign_in_ends_for_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.device_name} · {self.user}"

    @property
    def ended_by_words(self) -> str:
        """Who ended it, as its owner may read it: never the name of another customer or of staff."""
        if self.end == self.End.MOVED:
            return gettext("another account")
        if self.ended_by_id is None:
            return ""
        return self.user.get_short_name() if self.ended_by_id == self.user_id else settings.SITE_NAME


class Suspension(models.Model):
    """An app or a store that is switched off: it gets no token, and those it holds open nothing.

    A client is never deleted, because the sign-ins of all its devices would go along; switched on again, they go on.
    """

    client = models.OneToOneField(
        "allauth_idp_oidc.Client", models.CASCADE, related_name="suspension", verbose_name=_("app or store")
    )
    suspended_at = models.DateTimeField(_("switched off"), default=timezone.now)
    suspended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("switched off by")
    )

    class Meta:
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")

    def __str__(self) -> str:
        return f"{self.client_id} {self.suspended_at:%Y-%m-%d %H:%M}"


class IssuedToken(models.Model):
    """A token that was handed out, by allauth's hash of it: kept after it ended, so that it can be told why."""

    class Kind(models.TextChoices):
        ACCESS = "access", _("Access")
        REFRESH = "refresh", _("Refresh")

    sign_in = models.ForeignKey(SignIn, models.CASCADE, related_name="tokens", verbose_name=_("sign-in"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.CharField(_("scopes"), max_length=500, blank=True)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    spent_at = models.DateTimeField(_("renewed"), null=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.digest[:8]}"


class GrantQuerySet(models.QuerySet["Grant"]):
    def waiting(self):
        """Devices whose code nobody has answered yet."""
        return self.filter(kind=Grant.Kind.DEVICE, user__isnull=True).select_related("client")


class Grant(models.Model):
    """What pays out a first token, once: the code of a browser, or the code of a device that a person confirms.

    allauth keeps the codes in the cache, which cannot promise "once"; this row beside it can be locked.
    """

    class Kind(models.TextChoices):
        CODE = "code", _("Browser")
        DEVICE = "device", _("Code of a device")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    client = models.ForeignKey("allauth_idp_oidc.Client", models.CASCADE, related_name="+", verbose_name=_("app"))
    # For a device, empty until a person has answered.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("customer")
    )
    device_name = models.CharField(_("device name"), max_length=LONGEST_NAME, blank=True)
    address = models.GenericIPAddressField(_("network address"), null=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    authenticated_at = models.DateTimeField(_("person proved"), null=True)
    # The session hash of the password with which the person allowed it; another password by now voids it.
    password_mark = models.CharField(max_length=128, blank=True, editable=False)
    spent_at = models.DateTimeField(_("paid out"), null=True)
    sign_in = models.ForeignKey(SignIn, models.CASCADE, null=True, related_name="+", verbose_name=_("sign-in"))

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.digest[:8]}"
