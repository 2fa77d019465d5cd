"""What a product is told about licenses, devices and refusals: plain data, read and never written here."""

from django.utils.translation import gettext as _

from devices.models import Device
from devices.refusals import BlockedHere, ChooseLicense, Disconnected, Ended
from licenses.refusals.seats import Blocked, SeatLimit
from licenses.standing import Standing
from portal.foundation.api.problems import register_members
from portal.ui.words import day


def license_facts(standing: Standing, platform: str = "") -> dict:
    """Return a license as a product chooses it; with a platform, the seats are those that such a device can have."""
    license, plan = standing.license, standing.plan
    pools = standing.pools_for(platform) if platform else standing.pools
    quantities, free = [use.pool.quantity for use in pools], [use.free for use in pools]
    return {
        "id": license.support_key,
        "product": license.product.slug,
        "plan": plan.slug if plan else "",
        "kind": plan.kind if plan else "",
        "seats_total": None if None in quantities else sum(quantities),
        "seats_free": None if None in free else sum(free),
        "ends_at": standing.ends_at,
        "state": standing.state,
        "shared_by": None,
    }


def other_devices(standing: Standing, device: Device) -> list[dict]:
    """Return who has the seats that this device could have, not seen for longest first."""
    pools = [use.pool for use in standing.pools_for(device.platform)]
    seated = [placed.device for placed in standing.devices if placed.pool in pools]
    others = sorted((other for other in seated if other != device), key=lambda other: other.alive_at)
    return [
        {
            "id": other.pk,
            "name": other.name,
            "platform": other.platform,
            "last_seen_at": other.alive_at,
            "this": False,
        }
        for other in others
    ]


def in_the_way(refusal: SeatLimit) -> dict:
    """Return the license that is full, and the devices of which one could be disconnected."""
    return license_in_the_way(refusal.standing, refusal.device)


def way_out(refusal: Ended | BlockedHere) -> dict:
    return license_in_the_way(refusal.full, refusal.device) if refusal.full else {}


def license_in_the_way(standing: Standing, device: Device) -> dict:
    return {"license": standing.license.support_key, "devices": other_devices(standing, device)}


register_members(
    {
        SeatLimit: in_the_way,
        Ended: way_out,
        Blocked: lambda refusal: {"reason": refusal.reason},
        BlockedHere: lambda refusal: {"reason": refusal.reason, **way_out(refusal)},
        ChooseLicense: lambda refusal: {
            "licenses": [license_facts(standing, refusal.device.platform) for standing in refusal.standings]
        },
        Disconnected: lambda refusal: {"at": refusal.at, "by": refusal.by, "device": refusal.device.name},
    }
)


def notices(standing: Standing, user, *, is_copied: bool = False, is_moved: bool = False) -> list[dict]:
    """Return what a product should tell its person."""
    told = []
    if is_copied:
        text = _("Another machine uses the place of this device. Look at your devices on the portal to set it right.")
        told.append({"code": "copied", "text": text})
    facts = {"product": standing.product.name, "day": day(standing.last_day, user.zone)}
    if is_moved:
        text = _("This device moved to your other license for %(product)s, which runs until %(day)s.") % facts
        told.append({"code": "moved", "text": text})
    if standing.is_late:
        text = _("The payment for %(product)s is late. This device stays protected until %(day)s.") % facts
        told.append({"code": "payment_late", "text": text})
    elif standing.ends_soon:
        text = _("Your license for %(product)s ends on %(day)s.") % facts
        told.append({"code": "ends_soon", "text": text})
    return told
