"""Move devices whose license gives them no right any more to the one that protects them longest."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from licenses.models import License, Product, Seat
from licenses.protection import find_hop, protectors
from licenses.standing import Standing

from .seats import lock_licenses, take_seat


@transaction.atomic
def protect_device(*, device, products: Iterable[Product], at: datetime) -> list[Seat]:
    """Return of each product the seat that protects the device, moved there if its license gives no right any more.

    A product whose seat a person took, or for which no license has room, brings none.
    """
    products = list(products)
    standings = lock_licenses(owner=device.owner, products=products).standings(at)
    each = ([standing for standing in standings if standing.product == product] for product in products)
    found = [protect(device, product, owned, at) for product, owned in zip(products, each, strict=True)]
    return [seat for seat in found if seat]


def protect(device, product: Product, standings: list[Standing], at: datetime) -> Seat | None:
    running = protectors(standings)
    for standing in running:
        if standing.has_seat_for(device):
            return take_seat(license=standing.license, device=device, at=at)
    left = seat_left(device=device, product=product, standings=standings)
    roomy = [standing for standing in running if standing.has_room_for(device.platform)]
    return take_seat(license=roomy[0].license, device=device, left=left, at=at) if left and roomy else None


def seat_left(*, device, product: Product, standings: list[Standing]) -> Seat | None:
    """Return the seat of this product that gives the device no right any more, be it held or gone with its license.

    None for a device that sits well, that never had a seat, or whose seat a person took: it must not come back by
    itself. `standings` are all of its owner and the product, locked.
    """
    if any(standing.has_seat_for(device) for standing in protectors(standings)):
        return None
    seat = next(filter(None, (standing.seat_of(device) for standing in standings)), None)
    if seat:
        return seat
    had = Seat.objects.given_back().filter(device=device, license__product=product)
    last = had.select_related("license").first()
    return last if last and last.went_with_license else None


@transaction.atomic
def move_devices(*, license: License, actor, at: datetime) -> list[Seat]:
    """Move the devices of a license that is over to the one that protects them longest, as many as fit there."""
    standings = lock_licenses(owner=license.owner, products=[license.product_id]).standings(at)
    left = next((each for each in standings if each.license == license), None)
    hop = find_hop(left, standings) if left else None
    if hop is None:
        return []
    license = hop.to.license
    return [take_seat(license=license, device=seat.device, left=seat, actor=actor, at=at) for seat in hop.seats]


@transaction.atomic
def keep_away(*, device, license: License | None = None, product: Product | None = None) -> None:
    """A person disconnects this device: what went with its license must not lead it back by itself either."""
    named = {"license": license, "license__product": product}
    gone = Seat.objects.filter(device=device, went_with_license=True, moved_to__isnull=True)
    gone.filter(**{field: value for field, value in named.items() if value}).update(went_with_license=False)
