"""Every refusal about downloads, once."""

from typing import TYPE_CHECKING, Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from portal.foundation.refusals import Refusal, SlowDown

if TYPE_CHECKING:
    from downloads.models import Installer


class LinkMailedAlready(SlowDown):
    sentence = _("We have sent you this link already. You can ask for it again %(wait)s, at %(time)s.")

    reader: Any


class TooLarge(Refusal):
    code = "too_large"
    sentence = _("An installer can have up to %(limit)s.")

    limit: int

    def words(self) -> dict[str, Any]:
        return {"limit": filesizeformat(self.limit)}


class BadContent(Refusal):
    code = "bad_content"
    sentence = _("The content is not that of a %(extension)s file.")

    extension: str


class BadName(Refusal):
    """What is wrong with it is said by the rules of the column."""

    code = "bad_name"
    sentence = "%(reason)s"

    reason: str


class BadExtension(Refusal):
    code = "bad_extension"
    sentence = _("The name of an installer for this platform ends in %(extensions)s.")

    allowed: list[str]

    def words(self) -> dict[str, Any]:
        return {"extensions": " / ".join(self.allowed)}


class VersionExists(Refusal):
    code = "version_exists"
    sentence = _("There is an installer of this version and language already. Give the new file a new version.")


class NotPublished(Refusal):
    code = "not_published"
    sentence = _("%(installer)s is not offered now, so it cannot be the current one.")

    installer: "Installer"
