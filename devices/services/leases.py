"""Sign a lease for a device that holds a seat, and notice when two machines use one identity."""

from dataclasses import dataclass
from datetime import datetime

from devices.leases import LONGEST_NONCE, make_claims, moment_of, sign
from devices.mails import mail_about_copy
from devices.models import Lease
from devices.refusals import BadNonce, Ended, LeftMeanwhile
from devices.verbs import Verb
from licenses.models import Seat
from licenses.services import record_event
from licenses.standing import Standing

# So many answers may be lost, one after the other, before the product is taken for another.
MOST_UNSEEN = 16


@dataclass(frozen=True)
class IssuedLease:
    token: str
    claims: dict
    check_in_after: datetime
    # Whether a second machine was seen with the identity of this one.
    is_copied: bool
    # Whether it is the first by a license to which the device moved because the one before gave no right any more.
    is_moved: bool
    standing: Standing


def issue_lease(
    *,
    seat: Seat,
    at: datetime,
    standing: Standing | None = None,
    nonce: str = "",
    held: str = "",
    known: Lease | None = None,
) -> IssuedLease:
    """Sign a fresh lease for the product and the device of this seat; `held` is the jti that the product has now.

    Call it in a transaction that has locked the device or its license; the seat brings its license with product and
    terms. `known` is the lease as it was read with the seat, before that lock was had: a statement less for each
    check-in. Raises `disconnected`, `expired`, `bad_nonce`. An old `held` is no refusal: its owner is asked.
    """
    standing = standing or seat.license.standing(at, with_seats=False)
    refuse_without_right(seat, standing, nonce)
    claims = make_claims(seat=seat, standing=standing, nonce=nonce)
    lease = known or read_lease_of(seat)
    is_moved = seat.moved_from_id is not None and lease.license_id != seat.license_id
    if not write(lease, seat, claims, held, at):
        return issue_lease(seat=seat, standing=standing, nonce=nonce, held=held, at=at)
    wait = moment_of(claims["check_in_after"])
    return IssuedLease(sign(claims), claims, wait, lease.is_copied(seat), is_moved, standing)


def read_lease_of(seat: Seat) -> Lease:
    lease = Lease.objects.filter(device=seat.device, product=seat.license.product).first()
    return lease or Lease(device=seat.device, product=seat.license.product)


def write(lease: Lease, seat: Seat, claims: dict, held: str, at: datetime) -> bool:
    """Store what is signed now; False when another check-in has written since the lease was read."""
    is_copy = is_foreign(lease, held) and not lease.is_copied(seat)
    facts = {
        "license": seat.license,
        "jtis": follow(lease.jtis, held, claims["jti"]),
        "issued_at": moment_of(claims["iat"]),
        "expires_at": moment_of(claims["exp"]),
        "copied_at": max(at, seat.connected_at) if is_copy else lease.copied_at,
    }
    if lease.pk and not Lease.objects.filter(pk=lease.pk, jtis=lease.jtis).update(**facts):
        return False
    for field, value in facts.items():
        setattr(lease, field, value)
    if not lease.pk:
        lease.save()
    if is_copy:
        tell_about_copy(seat, at)
    return True


def refuse_without_right(seat: Seat, standing: Standing, nonce: str) -> None:
    if seat.disconnected_at:
        raise LeftMeanwhile(device=seat.device, at=seat.disconnected_at)
    if standing.term_in_force is None:
        raise Ended(device=seat.device)
    if len(nonce) > LONGEST_NONCE:
        raise BadNonce()


def is_foreign(lease: Lease, held: str) -> bool:
    """Whether the product shows a lease that the one machine of this identity cannot have any more."""
    if not held or not lease.jtis or held in lease.jtis:
        return False
    # A device with two products may show the lease of the other one.
    return not any(held in other.jtis for other in Lease.objects.filter(device=lease.device))


def follow(jtis: list[str], held: str, new: str) -> list[str]:
    """Return the ids that the product may show next.

    Whoever shows one has no other, so the rest is forgotten: a machine that got one of those is a second one. Until
    then each may have been lost on its way, or have overtaken another.
    """
    if held in jtis[1:]:
        return [held, new]
    return [*jtis[:1], *jtis[1:][1 - MOST_UNSEEN :], new]


def tell_about_copy(seat: Seat, at: datetime) -> None:
    names = {"device": seat.device.name, "product": seat.license.product.name}
    record_event(Verb.DEVICE_COPIED, license=seat.license, device=seat.device, details=names, at=at)
    mail_about_copy(device=seat.device, product=seat.license.product)
