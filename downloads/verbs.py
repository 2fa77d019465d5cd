"""What the history says of installers and links."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Verb(TextChoices):
    LINK_MAILED = "link_mailed", _("Link for another device mailed")
    INSTALLER_PUBLISHED = "installer_published", _("%(file)s published")
    INSTALLER_WITHDRAWN = "installer_withdrawn", _("%(file)s withdrawn")
    INSTALLER_PUT_BACK = "installer_put_back", _("%(file)s put back")
    INSTALLER_MADE_CURRENT = "installer_made_current", _("%(file)s made current, whatever version is higher")
    INSTALLER_NOT_CURRENT = "installer_not_current", _("%(file)s gave way to the highest version")
    INSTALLER_DAMAGED = "installer_damaged", _("%(file)s is damaged on disk and not delivered any more")
    INSTALLER_DOWNLOADED = "installer_downloaded", _("%(file)s downloaded")
