"""Why a device gets no seat of a license."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from portal.foundation.refusals import MOMENT, TEXT, Problem, Refusal, list_of

if TYPE_CHECKING:
    from licenses.models import License, Platform, Product, SeatPool
    from licenses.standing import Standing

# The license that is full, and who has its seats, not seen for longest first.
IN_THE_WAY: dict[str, dict] = {
    "license": TEXT,
    "devices": list_of(id={"type": "integer"}, name=TEXT, platform=TEXT, last_seen_at=MOMENT, this={"type": "boolean"}),
}
EXAMPLE_IN_THE_WAY = {
    "license": "4F2A-9C31-7B60",
    "devices": [
        {
            "id": 12,
            "name": "Old laptop",
            "platform": "windows",
            "last_seen_at": "2026-09-01T08:15:00Z",
            "this": False,
        }
    ],
}


class NotStarted(Refusal):
    code = "not_started"
    sentence = _("This license has not started yet.")
    problem = Problem(403, _("The license has not started"))


class Expired(Refusal):
    code = "expired"
    sentence = _("This license has expired. Renew it to connect devices.")
    problem = Problem(
        403,
        _("The license has expired"),
        _(
            "The license of this device has ended, and the account has no other with a seat for it. The product may "
            "connect again at any time."
        ),
        IN_THE_WAY,
        EXAMPLE_IN_THE_WAY,
    )


class Blocked(Refusal):
    code = "blocked"
    sentence = _("This license is blocked: %(reason)s")
    asks_support = True
    problem = Problem(
        403,
        _("The license is blocked"),
        _(
            "The license of this device is blocked, and the account has no other with a seat for it. Please contact "
            "support. The product may connect again at any time."
        ),
        {"reason": TEXT, **IN_THE_WAY},
        {"reason": "Charged back."},
    )

    license: "License"

    @property
    def reason(self) -> str:
        return self.license.block_reason or str(_("please contact support."))

    def words(self) -> dict[str, Any]:
        return {"reason": self.reason}


class WrongPlatform(Refusal):
    code = "wrong_platform"
    sentence = _("%(product)s has no seat for %(platform)s.")
    problem = Problem(409, _("No seat for this platform"), _("The license has no seat for such a device."))

    product: "Product"
    platform: "Platform"


class SeatLimit(Refusal):
    """`pools` are those that such a device could have, and they are all that the plan has."""

    code = "seat_limit"
    sentence = ngettext_lazy(
        "The only seat of %(product)s is in use. "
        "Disconnect its device if you no longer use it, and it is free at once.",
        "All %(count)d seats of %(product)s are in use. "
        "Disconnect a device you no longer use, and its seat is free at once.",
        "count",
    )
    problem = Problem(
        409,
        _("All seats are in use"),
        _("Disconnect a device you no longer use, and its seat is free at once."),
        IN_THE_WAY,
        EXAMPLE_IN_THE_WAY,
    )

    standing: "Standing"
    device: Any
    pools: "Sequence[SeatPool]" = ()

    def words(self) -> dict[str, Any]:
        return {"count": sum(pool.quantity or 0 for pool in self.pools), "product": self.standing.product.name}


class SeatLimitOfPlatforms(SeatLimit):
    """The plan has seats for platforms besides these."""

    sentence = ngettext_lazy(
        "The only seat of %(product)s for %(platforms)s is in use. "
        "Disconnect its device if you no longer use it, and it is free at once.",
        "All %(count)d seats of %(product)s for %(platforms)s are in use. "
        "Disconnect a device you no longer use, and its seat is free at once.",
        "count",
    )

    platforms: "Sequence[Platform]"

    def words(self) -> dict[str, Any]:
        labels = [str(platform.label) for platform in self.platforms]
        return {**super().words(), "platforms": get_text_list(labels, str(_("and")))}


class MoveLimit(Refusal):
    code = "move_limit"
    sentence = _(
        "%(product)s moved to another device too often in 30 days. The next device can be connected on %(day)s."
    )
    problem = Problem(
        409,
        _("Seats moved too often"),
        _("The seats of this license changed devices too often."),
        {"again_at": MOMENT},
        {"again_at": "2026-12-01T09:00:00Z"},
    )

    product: "Product"
    again_at: datetime | None
    reader: Any

    def words(self) -> dict[str, Any]:
        return {"product": self.product.name, "day": self.day(self.again_at)}
