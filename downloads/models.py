"""What a customer installs: files, store links and the guide that goes with them."""

from datetime import datetime

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from downloads.versions import version_key
from licenses.models import License, Platform, Product


def store_by_hash(installer: "Installer", filename: str) -> str:
    """Keep each file under its own hash, so that a stored file is never overwritten."""
    return f"installers/{installer.sha256[:2]}/{installer.sha256}"


class InstallerQuerySet(models.QuerySet["Installer"]):
    def published(self, moment: datetime):
        """Installers that are offered at this moment."""
        return self.filter(released_at__lte=moment, withdrawn_at__isnull=True)

    def like(self, installer: "Installer"):
        """Versions of the same product for the same platform and language, this one too."""
        return self.filter(product=installer.product_id, platform=installer.platform, language=installer.language)

    def current_first(self) -> list["Installer"]:
        """What staff made current, then the highest version; of equal ones that which was released last."""
        return sorted(self, key=Installer.rank, reverse=True)


class Installer(models.Model):
    class Platform(models.TextChoices):
        WINDOWS = Platform.WINDOWS.value, Platform.WINDOWS.label
        MACOS = Platform.MACOS.value, Platform.MACOS.label

    product = models.ForeignKey(Product, models.CASCADE, related_name="installers", verbose_name=_("product"))
    platform = models.CharField(_("platform"), max_length=16, choices=Platform)
    version = models.CharField(_("version"), max_length=40)
    language = models.CharField(_("language"), max_length=10, default="en")
    file = models.FileField(_("file"), upload_to=store_by_hash, max_length=200)
    file_name = models.CharField(
        _("file name"),
        max_length=150,
        validators=[RegexValidator(r"\A[^\x00-\x1f\x7f/\\:*?\"<>|]+\Z", _('A file name without / \\ : * ? " < > |'))],
        help_text=_("The name under which customers receive the file."),
    )
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    requirements = models.TextField(_("system requirements"), blank=True, help_text=_("One a line."))
    released_at = models.DateTimeField(_("released"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    made_current_at = models.DateTimeField(_("made current"), null=True, blank=True, editable=False)

    # When the stored bytes were last compared with the hash, how old the file said it was then, and what came of it.
    checked_at = models.DateTimeField(_("compared with its hash"), null=True, editable=False)
    checked_modified_at = models.DateTimeField(null=True, editable=False)
    damaged_at = models.DateTimeField(_("found damaged"), null=True, editable=False)

    objects = InstallerQuerySet.as_manager()

    class Meta:
        verbose_name = _("installer")
        verbose_name_plural = _("installers")
        ordering = ["product__name", "platform", "-released_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "platform", "version", "language"],
                name="one_installer_a_version",
                violation_error_message=_("There is an installer of this version and language already."),
            ),
            models.UniqueConstraint(
                fields=["product", "platform", "language"],
                condition=Q(made_current_at__isnull=False),
                name="one_installer_is_made_current",
                violation_error_message=_("Another version was made current already."),
            ),
            models.CheckConstraint(
                condition=Q(platform__in=[Platform.WINDOWS.value, Platform.MACOS.value]),
                name="installer_platform_exists",
                violation_error_message=_("Choose Windows or macOS."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.version} ({self.get_platform_display()})"

    def get_absolute_url(self) -> str:
        return reverse("downloads:file", args=[self.pk, self.file_name])

    def rank(self) -> tuple:
        """By what versions of one product are sorted; the greatest is the current one."""
        return (self.made_current_at is not None, version_key(self.version), self.released_at, self.pk)

    def is_published(self, moment: datetime) -> bool:
        """Whether it is offered at this moment."""
        return self.withdrawn_at is None and self.released_at <= moment

    @property
    def tab(self) -> str:
        """The tab of the download page, which is also the platform of the guide."""
        return SetupGuide.Platform.MAC if self.platform == Platform.MACOS else SetupGuide.Platform.WINDOWS

    @property
    def size_text(self) -> str:
        """The size as people say it: “412 MB”, and “5.2 MB” where a tenth matters."""
        megabytes = self.size / 1024**2
        return _("%(size)s MB") % {"size": number_format(megabytes, decimal_pos=0 if megabytes >= 10 else 1)}

    @property
    def is_as_checked(self) -> bool:
        """Whether the stored file was whole when its bytes were last compared, and has not been touched since."""
        storage, name = self.file.storage, str(self.file.name)
        try:
            untouched = storage.get_modified_time(name) == self.checked_modified_at and storage.size(name) == self.size
        except OSError:
            return False
        return untouched and self.damaged_at is None


class StoreLink(models.Model):
    class Store(models.TextChoices):
        GOOGLE_PLAY = "google-play", "Google Play"
        APP_STORE = "app-store", "App Store"
        APP_GALLERY = "app-gallery", "AppGallery"

    product = models.ForeignKey(Product, models.CASCADE, related_name="store_links", verbose_name=_("product"))
    store = models.CharField(_("store"), max_length=16, choices=Store)
    url = models.URLField(_("address"))
    requirements = models.CharField(_("system requirements"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("store link")
        verbose_name_plural = _("store links")
        ordering = ["product__name", "store"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "store"],
                name="one_link_a_store",
                violation_error_message=_("This product has a link to this store already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.get_store_display()}"

    @property
    def position(self) -> int:
        """The place among the links of a product: as the stores are listed above."""
        return self.Store.values.index(self.store)


class SetupGuide(models.Model):
    class Platform(models.TextChoices):
        WINDOWS = "windows", "Windows"
        MAC = "mac", "Mac"
        MOBILE = "mobile", _("Phone and tablet")

    product = models.ForeignKey(Product, models.CASCADE, related_name="guides", verbose_name=_("product"))
    platform = models.CharField(_("platform"), max_length=16, choices=Platform)
    language = models.CharField(_("language"), max_length=10, default="en")
    minutes = models.PositiveSmallIntegerField(
        _("minutes it takes"), default=10, validators=[MinValueValidator(1), MaxValueValidator(240)]
    )
    body = models.TextField(_("text"), help_text=_("Markdown: headings, lists, emphasis, links."))
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("setup guide")
        verbose_name_plural = _("setup guides")
        ordering = ["product__name", "platform", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "platform", "language"],
                name="one_guide_a_language",
                violation_error_message=_("There is a guide for this product, platform and language already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.product}, {self.get_platform_display()}"

    def get_absolute_url(self) -> str:
        return reverse("downloads:guide", args=[self.platform, self.product.slug]) + f"?language={self.language}"

    @property
    def language_name(self) -> str:
        """The name of the guide's language, in that language."""
        return LANG_INFO.get(self.language, {}).get("name_local", self.language)


class DeviceLinkQuerySet(models.QuerySet["DeviceLink"]):
    def open_at(self, moment: datetime):
        """Links that work at this moment: in their time, and while the license is still their maker's."""
        return self.filter(expires_at__gt=moment, user__is_active=True, license__owner=models.F("user"))


class DeviceLink(models.Model):
    """A short address that opens the download of a license's product on another device; only its digest is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="device_links", verbose_name=_("customer")
    )
    license = models.ForeignKey(License, models.CASCADE, related_name="device_links", verbose_name=_("license"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("works until"), db_index=True)

    objects = DeviceLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link for another device")
        verbose_name_plural = _("links for another device")

    def __str__(self) -> str:
        return f"{self.license} {self.expires_at:%Y-%m-%d}"
