"""What a product is told about licenses and devices: plain data, read and never written here."""

from django.utils.translation import gettext as _

from devices.models import Device
from licenses.models import Event, License
from portal.foundation.oauth.models import SignIn
from portal.ui.words import day

# Ends of a sign-in that took the device's seat. After any other, the device keeps it and only has to sign in again.
SEAT_TAKEN = {SignIn.End.DISCONNECTED, SignIn.End.SIGNED_OUT, SignIn.End.MOVED}


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


def farewell(device: Device, sign_in: SignIn | None = None) -> dict:
    """Return when this device lost its seat and through whom, in words; never whose account it went to."""
    event = device.events.filter(verb=Event.Verb.DEVICE_DISCONNECTED).select_related("actor").first()
    through = event.details.get("through", "") if event else ""
    if sign_in and sign_in.end in SEAT_TAKEN:
        at, by = sign_in.ended_at, ended_by(sign_in, device, through)
    else:
        at, by = (event.at, person(event.actor, device, through)) if event else (device.alive_at, _("the portal"))
    return {"at": at, "by": by, "device": device.name}


def ended_by(sign_in: SignIn, device: Device, through: str) -> str:
    if sign_in.end == SignIn.End.MOVED:
        return _("a sign-in with another account")
    if sign_in.end == SignIn.End.SIGNED_OUT:
        return _("a sign-out on the device")
    return person(sign_in.ended_by, device, through)


def person(actor, device: Device, through: str) -> str:
    """Name the owner to the owner, with where they did it; whoever else it was is the support."""
    if actor is None:
        return _("the portal")
    if actor.pk != device.owner_id:
        return _("support")
    names = {"name": actor.get_full_name(), "device": through}
    return _("%(name)s, on %(device)s") % names if through else _("%(name)s, on the portal") % names


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
