"""What the history says of devices; that one took or gave up a seat, licenses say."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Verb(TextChoices):
    DEVICE_COPIED = "device_copied", _("Two machines use %(product)s as %(device)s")
    DEVICE_RENAMED = "device_renamed", _("Renamed from “%(old)s” to “%(new)s”")
