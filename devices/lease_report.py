"""A lease explained in words, for staff: what it says, whether it counts, and what has become of its device since."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from devices.leases import Verdict, moment_of, read_lease
from devices.models import Device, Lease
from licenses.models import Product, Seat
from portal.ui.words import moment

# Of something forged, which may say anything, so many characters a line are shown.
LONGEST_SAYING = 200
MOST_SAYINGS = 30


@dataclass(frozen=True)
class Report:
    verdict: Verdict
    rows: list[tuple[str, str]]
    notes: list[str]
    device: Device | None = None


def explain_lease(text: str, *, at: datetime) -> Report:
    """Explain what somebody pasted, line breaks and all; nothing that it may be raises an error."""
    verdict = read_lease("".join(text.split()), at=at)
    if not verdict.is_genuine:
        return Report(verdict, sayings(verdict), [])
    claims = verdict.claims
    leases = Lease.objects.select_related("device__owner", "product", "license")
    lease = leases.filter(
        device__machine_id=claims["sub"], product__slug=claims["aud"], license__support_key=claims["license"]
    ).first()
    device = lease.device if lease else None
    return Report(verdict, facts(verdict, device), fate(lease, claims), device)


def sayings(verdict: Verdict) -> list[tuple[str, str]]:
    """Return what a lease of unknown origin says, as it says it."""
    said = [*verdict.header.items(), *verdict.claims.items()][:MOST_SAYINGS]
    return [(str(name)[:LONGEST_SAYING], str(value)[:LONGEST_SAYING]) for name, value in said]


def facts(verdict: Verdict, device: Device | None) -> list[tuple[str, str]]:
    """Return what a genuine lease says, in words."""
    claims = verdict.claims
    product = Product.objects.filter(slug=claims["aud"]).first()
    return [
        (_("Product"), product.name if product else claims["aud"]),
        (_("Device"), f"{device.name}, {device.public_id}" if device else claims["sub"]),
        (_("Customer"), device.owner.email if device else "–"),
        (_("License"), claims["license"]),
        (_("Plan"), claims["plan"]),
        (_("Signed"), exact(claims["iat"])),
        (_("Ends"), exact(claims["exp"])),
        (_("Next check-in"), exact(claims["check_in_after"])),
        (_("Offline with less until"), exact(claims["grace_until"])),
        (_("The license ends"), exact(claims["license_ends_at"])),
        (_("Id"), claims["jti"]),
        (_("Signed with key"), verdict.header["kid"]),
    ]


def fate(lease: Lease | None, claims: dict) -> list[str]:
    """Say what has changed since it was signed."""
    if lease is None:
        return [_("The portal does not know this device with this license any more.")]
    seat = Seat.objects.held().filter(device=lease.device, license=lease.license).first()
    notes = []
    if lease.jti != claims["jti"]:
        notes.append(_("A newer one was signed on %(moment)s.") % {"moment": moment(lease.issued_at)})
    if seat is None:
        notes.append(_("The device was disconnected; there will be no further lease for it."))
    elif lease.is_copied(seat):
        notes.append(
            _("A second machine uses the same identity since %(moment)s.") % {"moment": moment(lease.copied_at)}
        )
    return notes


def exact(number: int) -> str:
    """Write a moment with its time zone: two people may look at the same lease."""
    then = timezone.localtime(moment_of(number))
    return f"{moment(then)} {then.tzname()}"
