"""Every refusal about devices, once; those about seats are of `licenses`, and some are said here in other words."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from licenses.refusals.seats import Blocked, Expired, SeatLimit
from portal.foundation.refusals import MOMENT, TEXT, NotFound, Problem, Refusal
from portal.ui.words import moment

if TYPE_CHECKING:
    from devices.models import Device
    from licenses.models import Product
    from licenses.standing import Standing

WAY_OUT = _(
    "%(refusal)s All seats of your other license are in use. Disconnect a device you no longer use, and this one "
    "can have its seat."
)


class BadMachineId(Refusal):
    code = "bad_machine_id"
    sentence = _("A machine id is 32 hexadecimal characters.")
    problem = Problem(422, _("The machine id is wrong"))


class BadPlatform(Refusal):
    code = "bad_platform"
    sentence = _("There is no such platform.")
    problem = Problem(422, _("The platform is wrong"))


class BadReport(Refusal):
    code = "bad_report"
    sentence = _("There is no such report.")
    problem = Problem(422, _("The state is wrong"))


class NoLicense(Refusal):
    code = "no_license"
    sentence = _("Your account has no license for %(product)s.")
    problem = Problem(403, _("No license"), _("The account has no license for this product."))

    product: "Product"


class ChooseLicense(Refusal):
    code = "choose_license"
    sentence = _("Several of your licenses fit. Choose one for this device.")
    problem = Problem(
        409,
        _("Several licenses fit"),
        members={"licenses": {"type": "array", "items": {"$ref": "#/components/schemas/FittingLicense"}}},
        example={"licenses": []},
    )

    standings: "Sequence[Standing]"
    device: "Device"


class NoSuchProduct(NotFound):
    """A name that is misspelled must not sound like a disconnect."""

    sentence = _("There is no such product.")


class NoRoom(SeatLimit):
    """The plan that runs now has no seat for a device that had one."""

    sentence = _("Your license has no seat for this device any more.")


class Ended(Expired):
    """`full` is the license that would protect the device, were one of its seats free."""

    sentence = _("The license of this device has ended.")

    device: "Device"
    full: "Standing | None" = None

    def in_words(self) -> str:
        return with_way_out(super().in_words(), self.full)


class BlockedHere(Blocked):
    """`full` is the license that would protect the device, were one of its seats free."""

    device: "Device"
    full: "Standing | None" = None

    def in_words(self) -> str:
        return with_way_out(super().in_words(), self.full)


def with_way_out(sentence: str, full: "Standing | None") -> str:
    return str(WAY_OUT % {"refusal": sentence}) if full else sentence


class Disconnected(Refusal):
    """Through whom, in words; never whose account the device went to."""

    code = "disconnected"
    sentence = _(
        "%(device)s was disconnected on %(when)s by %(by)s. To use the product here again, sign in on the device."
    )
    problem = Problem(
        410,
        _("This device was disconnected"),
        _("To use the product here again, sign in on the device."),
        {"at": MOMENT, "by": TEXT, "device": TEXT},
        {"at": "2026-11-24T14:20:00Z", "by": "Anna, on the portal", "device": "Anna’s laptop"},
    )

    device: "Device"
    at: datetime | None
    actor: Any = None
    through: str = ""  # the device on which the actor said so; else it was the portal
    is_moved: bool = False  # by a sign-in with another account
    is_signed_out: bool = False  # on the device itself

    @property
    def by(self) -> str:
        if self.is_moved:
            return str(_("a sign-in with another account"))
        if self.is_signed_out:
            return str(_("a sign-out on the device"))
        if self.actor is None:
            return str(_("the portal"))
        if self.actor.pk != self.device.owner_id:
            return str(_("support"))
        names = {"name": self.actor.get_full_name(), "device": self.through}
        text = _("%(name)s, on %(device)s") if self.through else _("%(name)s, on the portal")
        return str(text % names)

    def words(self) -> dict[str, Any]:
        return {"device": self.device.name, "when": moment(self.at, self.device.owner.zone), "by": self.by}


class LeftMeanwhile(Disconnected):
    sentence = _("This device was disconnected.")


class FreshSignInNeeded(Refusal):
    code = "fresh_sign_in_needed"
    sentence = _("To disconnect another device from here, sign in again first.")
    problem = Problem(403, _("Please sign in again first"), _("This takes a sign-in that is not older than 5 minutes."))


class BadNonce(Refusal):
    code = "bad_nonce"
    sentence = _("A nonce has 200 characters at most.")


class NoName(Refusal):
    code = "no_name"
    sentence = _("Give the device a name.")


class LongName(Refusal):
    code = "long_name"
    sentence = _("A name can have %(count)d characters at most.")

    count: int
