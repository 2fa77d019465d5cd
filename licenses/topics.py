"""What stores may hear about a license that they sold; the names are an interface."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Topic(TextChoices):
    LICENSE_ADDED = "license.added", _("A license was added to an account")
    LICENSE_ENDED = "license.ended", _("A license ended")
    DEVICE_LIMIT_MET = "device.limit_met", _("A license has no seat for one more device")
