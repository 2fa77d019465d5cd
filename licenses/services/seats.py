"""Take and free the seats of a license: the only place that counts them."""

from datetime import datetime

from django.db import IntegrityError, transaction

from licenses.models import Event, License, Platform, Seat
from licenses.models.licenses import LicenseQuerySet, with_stays
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
from licenses.standing import Standing, State

from .events import record_event


@transaction.atomic
def take_seat(*, license: License, device, actor=None, left: Seat | None = None, at: datetime) -> Seat:
    """Give this device a seat of the license; a device that has one keeps it, as long as the plan has room for it.

    With `left` it comes from that seat, which gives it no right any more (`moving.seat_left`) and ends with this:
    then it does not wander. The caller holds the lock on that one's license too, taken in the order of their keys.

    Raises `blocked`, `expired`, `not_started`, `wrong_platform`, `seat_limit`, `move_limit`.
    """
    standing = lock_license(license, at)
    license = standing.license
    refuse_if_not_running(standing)
    store_places(standing)
    held = standing.seat_of(device)
    if held and standing.has_seat_for(device):
        return held
    place = free_place_for(standing, device)
    if left is None:
        refuse_to_wander(standing, device)
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
        raise seat_limit(standing, device) from error
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
    device, names = taken.device, {"old": name_of(left.license, at), "new": name_of(taken.license, at)}
    line = {"actor": actor, "details": {"device": taken.device.name, **names}, "at": at}
    if left.license.owner_id == taken.license.owner_id:
        record_event(Event.Verb.DEVICE_MOVED, license=left.license, **line)
    record_event(Event.Verb.DEVICE_MOVED, license=taken.license, device=device, **line)


def name_of(license: License, at: datetime) -> str:
    """Tell licenses of one product apart, in words that are the same in each language."""
    plan = license.standing(at, with_seats=False).plan
    return f"{plan.name} ({license.support_key})" if plan else license.support_key


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
    return License.objects.for_user(owner).filter(product__in=products).locked()


def lock_license(license: License, at: datetime) -> Standing:
    """Lock the license and read, after the lock, everything that seats are counted from."""
    return License.objects.filter(pk=license.pk).locked().standings(at)[0]


def refuse_if_not_running(standing: Standing) -> None:
    if standing.is_running:
        return
    if standing.state == State.BLOCKED:
        raise Blocked(license=standing.license)
    if standing.state == State.QUEUED:
        raise NotStarted()
    raise Expired()


def store_places(standing: Standing) -> None:
    """Store where the devices sit under the pools that run now, as far as that differs from what is stored."""
    for seat in standing.seats:
        place = standing.sittings[seat.pk]
        if place.pool and place.number and (seat.pool_id, seat.number) != (place.pool.pk, place.number):
            seat.pool_id, seat.number = place.pool.pk, place.number
            seat.save(update_fields=["pool", "number"])


def free_place_for(standing: Standing, device):
    """Return the pool and the lowest free number for this device, or refuse."""
    if not standing.pools_for(device.platform):
        raise WrongPlatform(product=standing.product, platform=Platform(device.platform))
    pools = standing.seat_pools
    place = free_place(pools, places_taken(pools, standing.sittings.values()), device.platform)
    if place.pool is None:
        raise seat_limit(standing, device)
    return place


def refuse_to_wander(standing: Standing, device) -> None:
    """Refuse a device that would take another one's seat once more than a license may move in 30 days."""
    [counted] = with_stays([standing])
    moves = counted.moves_with_taker(device)
    if moves is None or len(moves.made) <= moves.allowed or moves.made[-1] != standing.at:
        return
    again_at = Moves(moves.allowed, moves.made[:-1]).again_at
    raise MoveLimit(product=standing.product, again_at=again_at, reader=device.owner)


def seat_limit(standing: Standing, device) -> SeatLimit:
    """Say which seats are full: of a plan with several pools, those that such a device could have."""
    pools = [use.pool for use in standing.pools_for(device.platform)]
    if len(pools) == len(standing.pools):
        return SeatLimit(standing=standing, device=device, pools=pools)
    platforms = [platform for platform in Platform if any(pool.takes(platform) for pool in pools)]
    return SeatLimitOfPlatforms(standing=standing, device=device, pools=pools, platforms=platforms)
