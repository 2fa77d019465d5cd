"""What a product is told about licenses, devices and refusals: plain data, read and never written here."""

from django.utils.translation import gettext as _

from devices.models import Device
from devices.refusals import BlockedHere, ChooseLicense, Disconnected, Ended
from licenses.models import License
from licenses.refusals.seats import Blocked, SeatLimit
from portal.foundation.api.problems import register_members
from portal.ui.words import day


def license_facts(license: License, platform: str = "") -> dict:
    """Return a license as a product chooses it; with a platform, the seats are those that such a device can have."""
    pools = [(pool, used) for pool, used in license.pools if not platform or pool.takes(platform)]
    total = None if any(pool.quantity is None for pool, _used in pools) else sum(pool.quantity for pool, _used in pools)
    return {
        "id": license.support_key,
        "product": license.product.slug,
        "plan": license.plan.slug if license.plan else "",
        "kind": license.plan.kind if license.plan else "",
        "seats_total": total,
        "seats_free": None if total is None else sum(max(0, pool.quantity - used) for pool, used in pools),
        "ends_at": license.ends_at,
        "state": license.state,
        "shared_by": None,
    }


def other_devices(license: License, device: Device) -> list[dict]:
    """Return who has the seats that this device could have, not seen for longest first."""
    pools = [pool for pool, _used in license.pools if pool.takes(device.platform)]
    seated = [seat.device for seat in license.held_seats if license.sittings[seat.pk].pool in pools]
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
    return license_in_the_way(refusal.license, refusal.device)


def way_out(refusal: Ended | BlockedHere) -> dict:
    return license_in_the_way(refusal.full, refusal.device) if refusal.full else {}


def license_in_the_way(license: License, device: Device) -> dict:
    return {"license": license.support_key, "devices": other_devices(license, device)}


register_members(
    {
        SeatLimit: in_the_way,
        Ended: way_out,
        Blocked: lambda refusal: {"reason": refusal.reason},
        BlockedHere: lambda refusal: {"reason": refusal.reason, **way_out(refusal)},
        ChooseLicense: lambda refusal: {
            "licenses": [license_facts(license, refusal.device.platform) for license in refusal.licenses]
        },
        Disconnected: lambda refusal: {"at": refusal.at, "by": refusal.by, "device": refusal.device.name},
    }
)


def notices(license: License, user, *, is_copied: bool = False, is_moved: bool = False) -> list[dict]:
    """Return what a product should tell its person."""
    told = []
    if is_copied:
        text = _("Another machine uses the place of this device. Look at your devices on the portal to set it right.")
        told.append({"code": "copied", "text": text})
    facts = {"product": license.product.name, "day": day(license.last_day, user.zone)}
    if is_moved:
        text = _("This device moved to your other license for %(product)s, which runs until %(day)s.") % facts
        told.append({"code": "moved", "text": text})
    if license.is_late:
        text = _("The payment for %(product)s is late. This device stays protected until %(day)s.") % facts
        told.append({"code": "payment_late", "text": text})
    elif license.ends_soon:
        text = _("Your license for %(product)s ends on %(day)s.") % facts
        told.append({"code": "ends_soon", "text": text})
    return told
