"""What the staff is refused."""

from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.foundation.refusals import Refusal

from .codes import TooLate
from .orders import BadCount

if TYPE_CHECKING:
    from licenses.models import ActivationCode, License


class NoReason(Refusal):
    code = "no_reason"
    sentence = _("Say why, in words that the customer will read.")


class StillRunning(Refusal):
    code = "still_running"
    sentence = _("Only an expired license can be archived.")


class NoCodes(BadCount):
    sentence = _("Issue at least one code.")


class NotYours(Refusal):
    code = "not_yours"
    sentence = _("Only the person who issued these codes can fetch them.")


class FetchedTooLate(TooLate):
    sentence = _("The hour is over in which these codes could be fetched. Nobody can read them again.")
    asks_support = False


class BadImport(Refusal):
    """`line` is where the list is wrong, if the detail names one."""

    code = "bad_import"
    sentence = _("Nothing was imported: %(detail)s.")

    detail: str | Promise
    line: int | None = None

    def words(self) -> dict[str, Any]:
        return {"detail": self.detail % {"line": self.line}}


class Redeemed(Refusal):
    code = "redeemed"
    sentence = _("This code was used. Block its license instead: %(license)s.")

    license: "License"


class Unreadable(Refusal):
    code = "unreadable"
    sentence = _("Code %(case)s was sealed with a key that is not configured any more.")

    row: "ActivationCode"

    def words(self) -> dict[str, Any]:
        return {"case": self.row.case_number}
