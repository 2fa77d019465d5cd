"""Take and free the seats of a license: the only place that counts them."""

from datetime import datetime

from django.db import IntegrityError, transaction

from licenses.models import Event, License, Platform, Seat
from licenses.models.licenses import LicenseQuerySet
from licenses.moves import Moves
from licenses.refusals.seats import (
    Blocked,
    Expired,
    MoveLimit,
    NotStarted,
    SeatLimit,
    SeatLimitOfPlatforms,
    WrongPlatform,
)
from licenses.seating import free_place, places_taken

from .events import record_event


@transaction.atomic
def take_seat(*, license: License, device, actor=None, left: Seat | None = None, at: datetime) -> Seat:
    """Give this device a seat of the license; a device that has one keeps it, as long as the plan has room for it.

    With `left` it comes from that seat, which gives it no right any more (`moving.seat_left`) and ends with this:
    then it does not wander. The caller holds the lock on that one's license too, taken in the order of their keys.

    Raises `blocked`, `expired`, `not_started`, `wrong_platform`, `seat_limit`, `move_limit`.
    """
    license = lock_license(license)
    refuse_if_not_running(license, at)
    store_places(license)
    held = next((seat for seat in license.held_seats if seat.device_id == device.pk), None)
    if held and license.sittings[held.pk].pool:
        return held
    place = free_place_for(license, device)
    if left is None:
        refuse_to_wander(license, device, at)
    try:
        with transaction.atomic():
            seat = Seat.objects.create(
                license=license,
                pool=place.pool,
                number=place.number,
                device=device,
                holder=device.owner,
                connected_at=at,
                moved_from=left,
            )
    except IntegrityError as error:
        raise seat_limit(license, device) from error
    if left and left.license_id != license.pk:
        leave_seat(left, seat, actor=actor, at=at)
        return seat
    names = {"device": device.name, "product": license.product.name}
    record_event(
        Event.Verb.DEVICE_CONNECTED,
        actor=actor or device.owner,
        license=license,
        device=device,
        details=names,
        at=at,
    )
    return seat


def leave_seat(left: Seat, taken: Seat, *, actor, at: datetime) -> None:
    """End the seat from which a device moved, and say so in both histories.

    A license that was handed over to somebody else has no more lines about devices of the first owner.
    """
    Seat.objects.held().filter(pk=left.pk).update(disconnected_at=max(at, left.connected_at), went_with_license=True)
    device, names = taken.device, {"old": name_of(left.license), "new": name_of(taken.license)}
    line = {"actor": actor, "details": {"device": taken.device.name, **names}, "at": at}
    if left.license.owner_id == taken.license.owner_id:
        record_event(Event.Verb.DEVICE_MOVED, license=left.license, **line)
    record_event(Event.Verb.DEVICE_MOVED, license=taken.license, device=device, **line)


def name_of(license: License) -> str:
    """Tell licenses of one product apart, in words that are the same in each language."""
    return f"{license.plan.name} ({license.support_key})" if license.plan else license.support_key


@transaction.atomic
def free_seat(
    *,
    license: License,
    device,
    actor=None,
    through: str = "",
    with_license: bool = False,
    at: datetime,
) -> Seat | None:
    """Take this device's seat back at once; None when it held none (calling twice changes nothing).

    `through` names the device on which the actor said so; without one it was the portal. `with_license` when nobody
    disconnected it: the right of the license ended, and the device may move to another one.
    """
    license = License.objects.select_for_update(no_key=True, of=("self",)).select_related("product").get(pk=license.pk)
    seat = Seat.objects.held().filter(license=license, device=device).first()
    if seat is None:
        return None
    ended = max(at, seat.connected_at)
    held = Seat.objects.held().filter(pk=seat.pk)
    if not held.update(disconnected_at=ended, went_with_license=with_license):
        return None
    seat.disconnected_at = ended
    names = {"device": device.name, "product": license.product.name} | ({"through": through} if through else {})
    record_event(Event.Verb.DEVICE_DISCONNECTED, actor=actor, license=license, device=device, details=names, at=ended)
    return seat


def lock_licenses(*, owner, products) -> LicenseQuerySet:
    """Lock all licenses of these products that a person owns, in the one order; what is returned reads them then."""
    owned = License.objects.for_user(owner).filter(product__in=products)
    list(owned.select_for_update(no_key=True).order_by("pk"))
    return owned.with_state()


def lock_license(license: License) -> License:
    """Lock the license and read, after the lock, everything that seats are counted from."""
    License.objects.select_for_update(no_key=True).get(pk=license.pk)
    return License.objects.with_state().get(pk=license.pk)


def refuse_if_not_running(license: License, at: datetime) -> None:
    if license.blocked_at:
        raise Blocked(license=license)
    if license.term_in_force(at):
        return
    if license.term and license.term.starts_at > at:
        raise NotStarted()
    raise Expired()


def store_places(license: License) -> None:
    """Store where the devices sit under the pools that run now, as far as that differs from what is stored."""
    for seat in license.held_seats:
        place = license.sittings[seat.pk]
        if place.pool and place.number and (seat.pool_id, seat.number) != (place.pool.pk, place.number):
            seat.pool_id, seat.number = place.pool.pk, place.number
            seat.save(update_fields=["pool", "number"])


def free_place_for(license: License, device):
    """Return the pool and the lowest free number for this device, or refuse."""
    pools = list(license.plan.pools.all()) if license.plan else []
    if not any(pool.takes(device.platform) for pool in pools):
        raise WrongPlatform(product=license.product, platform=Platform(device.platform))
    place = free_place(pools, places_taken(pools, license.sittings.values()), device.platform)
    if place.pool is None:
        raise seat_limit(license, device)
    return place


def refuse_to_wander(license: License, device, at: datetime) -> None:
    """Refuse a device that would take another one's seat once more than a license may move in 30 days."""
    moves = license.moves_at(at, taker=device)
    if moves is None or len(moves.made) <= moves.allowed or moves.made[-1] != at:
        return
    again_at = Moves(moves.allowed, moves.made[:-1]).again_at
    raise MoveLimit(product=license.product, again_at=again_at, reader=device.owner)


def seat_limit(license: License, device) -> SeatLimit:
    """Say which seats are full: of a plan with several pools, those that such a device could have."""
    pools = [pool for pool, _used in license.pools if pool.takes(device.platform)]
    if len(pools) == len(license.pools):
        return SeatLimit(license=license, device=device, pools=pools)
    platforms = [platform for platform in Platform if any(pool.takes(platform) for pool in pools)]
    return SeatLimitOfPlatforms(license=license, device=device, pools=pools, platforms=platforms)
