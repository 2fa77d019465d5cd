"""Take a device's seats back, and end what signed in on it."""

from datetime import datetime

from django.db import transaction

from devices.models import Device
from licenses.models import License, Product, Seat
from licenses.services import free_seat, keep_away, lock_licenses
from portal.foundation.oauth.models import SignIn
from portal.foundation.oauth.services import end_sign_ins

# Ends of a sign-in that took the device's seat. After any other, the device keeps it and only has to sign in again.
SEAT_TAKEN = {SignIn.End.DISCONNECTED, SignIn.End.SIGNED_OUT, SignIn.End.MOVED}


@transaction.atomic
def disconnect(
    *,
    device: Device,
    actor,
    license: License | None = None,
    product: Product | None = None,
    end: str = SignIn.End.DISCONNECTED,
    through: str = "",
    at: datetime,
) -> list[Seat]:
    """Take back the device's seats at once, all or those of one license or product, and return them.

    With its last seat end the sign-ins of the device, so that no product takes one again by itself. Without a seat
    it returns none, which is no error. What was remains as history.
    """
    # All on which it may sit by now: it moves by itself when its license gives it no right any more.
    lock_licenses(owner=device.owner, products=Seat.objects.filter(device=device).values("license__product"))
    held = Seat.objects.held().filter(device=device)
    wanted = {"license": license, "license__product": product}
    named = held.filter(**{field: value for field, value in wanted.items() if value})
    licenses = [seat.license for seat in named.select_related("license").order_by("license_id")]
    freed = [free_seat(license=license, device=device, actor=actor, through=through, at=at) for license in licenses]
    keep_away(device=device, license=license, product=product)
    if not held.exists():
        end_sign_ins(sign_ins=SignIn.objects.filter(bound__device=device), end=end, actor=actor, at=at)
    return [seat for seat in freed if seat]
