"""Hear from a product that it is alive, and renew its lease as long as it has a right."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, FilteredRelation, Q

from devices.models import Device, Lease
from devices.refusals import BadReport, BlockedHere, Disconnected, Ended, NoRoom, NoSuchProduct
from licenses.models import Event, License, Product, Seat
from licenses.protection import protectors
from licenses.services import lock_licenses, protect_device
from licenses.standing import Standing
from portal.foundation.oauth.models import SignIn
from portal.foundation.refusals import InvalidToken

from .cleaning import clean_versions
from .connect import lock_machine
from .connect_product import keep_alive
from .disconnect import SEAT_TAKEN
from .leases import IssuedLease, issue_lease

SEEN_AT_MOST_EVERY = timedelta(minutes=5)
# After these a license with room is looked for.
STOPPED = (Ended, BlockedHere)
WITHOUT_RIGHT = (*STOPPED, Disconnected, NoRoom)


@dataclass(frozen=True)
class Asked:
    """What a product asks, and what of it is to be written down."""

    device: Device
    product: str
    facts: dict[str, Any]
    held: str
    nonce: str
    at: datetime


class Held(NamedTuple):
    """A seat of the device that asks, and what its license is as far as its terms tell: no other seats are read."""

    seat: Seat
    standing: Standing
    lease: Lease | None = None


@dataclass(frozen=True)
class CheckedIn:
    seat: Seat
    lease: IssuedLease


def check_in(
    *,
    device: Device,
    app_version: str,
    os_version: str,
    report: str,
    product: str = "",
    held: str = "",
    nonce: str = "",
    sign_in: SignIn | None = None,
    at: datetime,
) -> CheckedIn:
    """Renew the lease of a product on a device, and record that it is alive: at most once in five minutes.

    A device whose license gives it no right any more goes to the one of its account and product that protects it
    longest. Raises, when there is none with room, `disconnected`, `blocked`, `expired` or `seat_limit`; besides,
    `not_found` for a product that nobody sells, `bad_report`, and `invalid_token` when the sign-in was ended
    meanwhile. Then nothing is written.
    """
    said = {**clean_versions(os_version, app_version), "report": clean_report(report)}
    facts = {**said, "last_seen_at": at} if is_to_write(device, said, at) else {}
    asked = Asked(device, product, facts, held, nonce, at)
    try:
        done = renew(asked)
    except WITHOUT_RIGHT:
        # From the beginning, and with all locks: the licenses come before the device.
        done = move_and_renew(asked, sign_in)
    for field, value in facts.items():
        setattr(device, field, value)
    return done


@transaction.atomic
def renew(asked: Asked) -> CheckedIn:
    """Renew the lease by the seat that the device has: what nearly every check-in is."""
    # The device before its seat, as `connect` does it, so that neither waits for the other.
    write_facts(asked)
    held = read_seats(asked)
    if asked.product and not held:
        refuse_unknown(asked.product)
    return lease_by(seat_with_right(asked.device, held), asked)


@transaction.atomic
def move_and_renew(asked: Asked, sign_in: SignIn | None) -> CheckedIn:
    """Renew the lease by a seat of another license, or refuse as the one does that the device has."""
    lock_machine(asked.device.machine_id)
    products = had_products(asked.device, asked.product)
    lock_licenses(owner=asked.device.owner, products=products)
    write_facts(asked)
    if sign_in:
        refuse_if_ended(asked.device, sign_in)
    seats = protect_device(device=asked.device, products=products, at=asked.at)
    if seats:
        stood = [Held(seat, seat.license.standing(asked.at, with_seats=False)) for seat in seats]
        return lease_by(longest(stood), asked)
    try:
        return renew(asked)
    except STOPPED as refusal:
        raise replace(refusal, full=full_license(asked.device, products, asked.at)) from refusal


def refuse_if_ended(device: Device, sign_in: SignIn) -> None:
    """Lock the sign-in; who was disconnected while the request was on its way is told that."""
    try:
        keep_alive(sign_in)
    except InvalidToken:
        ended = SignIn.objects.select_related("ended_by").get(pk=sign_in.pk)
        if ended.end in SEAT_TAKEN:
            raise disconnected(device, ended) from None
        raise


def lease_by(held: Held, asked: Asked) -> CheckedIn:
    lease = issue_lease(
        seat=held.seat,
        standing=held.standing,
        nonce=asked.nonce,
        held=asked.held,
        at=asked.at,
        known=held.lease,
    )
    return CheckedIn(held.seat, lease)


def write_facts(asked: Asked) -> None:
    if asked.facts:
        Device.objects.filter(pk=asked.device.pk).update(**asked.facts)


def had_products(device: Device, product: str) -> list[Product]:
    """Return the product that asks; where it does not say which it is, all that the device has or had a seat of."""
    had = Product.objects.filter(pk__in=Seat.objects.filter(device=device).values("license__product"))
    return list(had.filter(slug=product) if product else had)


def clean_report(report: str) -> str:
    if report not in Device.Report:
        raise BadReport()
    return report


def is_to_write(device: Device, facts: dict[str, str], at: datetime) -> bool:
    """Whether the product says something new, or was not heard of for five minutes."""
    said_before = all(getattr(device, field) == value for field, value in facts.items())
    seen_lately = device.last_seen_at and at - device.last_seen_at < SEEN_AT_MOST_EVERY
    return not (said_before and seen_lately)


def read_seats(asked: Asked) -> list[Held]:
    """Return the seats that the device holds, each with its license, product, pool, terms and lease: in one query.

    They are locked: a disconnect that comes at this moment is either seen here, or waits until the lease is signed.
    """
    named = {"license__product__slug": asked.product} if asked.product else {}
    of_product = Q(device__leases__product=F("license__product"))
    held = Seat.objects.held().filter(device=asked.device, **named)
    held = held.annotate(lease=FilteredRelation("device__leases", condition=of_product)).select_related("lease")
    seats: dict[int, Seat] = {}
    terms: dict[int, list] = defaultdict(list)
    for row in held.with_each_term().select_for_update(no_key=True, of=("self",)).order_by("pk"):
        seats.setdefault(row.pk, row)
        terms[row.pk] += [row.term] if row.term else []
    for seat in seats.values():
        seat.device = asked.device
    # Without a lease the query leaves no attribute.
    return [
        Held(seat, Standing(seat.license, tuple(terms[pk]), (), asked.at), getattr(seat, "lease", None))
        for pk, seat in seats.items()
    ]


def refuse_unknown(product: str) -> None:
    if not Product.objects.filter(slug=product).exists():
        raise NoSuchProduct()


def seat_with_right(device: Device, held: list[Held]) -> Held:
    """Return the seat that protects the device for longest, or say why none does."""
    if not held:
        raise disconnected(device)
    running = [each for each in held if each.standing.is_running]
    good = [each for each in running if is_seated(each)]
    if good:
        return longest(good)
    if running:
        raise NoRoom(standing=stands(running[0]), device=device)
    blocked = next((each.seat.license for each in held if each.seat.license.blocked_at), None)
    if blocked:
        raise BlockedHere(license=blocked, device=device)
    raise Ended(device=device)


def longest(held: list[Held]) -> Held:
    """Return the one of these seats that protects for longest."""
    return max(held, key=lambda each: each.standing.protected_until or each.standing.at)


def is_seated(held: Held) -> bool:
    """Whether the plan in force has room for the device; the other seats are read only when its place is gone."""
    # Another plan may have begun without that anybody has connected since: then look where everybody sits now.
    return held.standing.keeps(held.seat) or stands(held).has_seat_for(held.seat.device)


def stands(held: Held) -> Standing:
    """Return the same with all its seats."""
    return held.seat.license.standing(held.standing.at)


def full_license(device: Device, products: list[Product], at: datetime) -> Standing | None:
    """Return the license that would protect this device, were it not full."""
    owned = License.objects.for_user(device.owner).filter(product__in=products).standings(at)
    return next((standing for standing in protectors(owned) if standing.pools_for(device.platform)), None)


def disconnected(device: Device, sign_in: SignIn | None = None) -> Disconnected:
    """Say when and through whom the device lost its seat."""
    event = device.events.filter(verb=Event.Verb.DEVICE_DISCONNECTED).select_related("actor").first()
    through = event.details.get("through", "") if event else ""
    if sign_in and sign_in.end in SEAT_TAKEN:
        return Disconnected(
            device=device,
            at=sign_in.ended_at,
            actor=sign_in.ended_by,
            through=through,
            is_moved=sign_in.end == SignIn.End.MOVED,
            is_signed_out=sign_in.end == SignIn.End.SIGNED_OUT,
        )
    if event:
        return Disconnected(device=device, at=event.at, actor=event.actor, through=through)
    return Disconnected(device=device, at=device.alive_at)
