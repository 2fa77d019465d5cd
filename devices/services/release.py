"""What a product gives back: its own seat, or, for a person who has just proved who they are, another device's."""

from datetime import datetime, timedelta

from django.db import transaction

from devices.models import Device, device_of
from devices.refusals import FreshSignInNeeded
from licenses.models import Product, Seat
from portal.foundation.oauth.models import SignIn

from .disconnect import disconnect

FRESH_FOR = timedelta(minutes=5)


def sign_out(*, device: Device, product: Product | None = None, at: datetime) -> list[Seat]:
    """Give the device's seat back because its person signed out on it. Twice is once."""
    return disconnect(device=device, actor=device.owner, product=product, end=SignIn.End.SIGNED_OUT, at=at)


@transaction.atomic
def release_device(*, sign_in: SignIn, device: Device, at: datetime) -> list[Seat]:
    """Disconnect another device from within a product. Raises `fresh_sign_in_needed`: products stay signed in for
    months, and whoever finds one open must not throw the other devices out.
    """
    if at - sign_in.authenticated_at > FRESH_FOR:
        raise FreshSignInNeeded()
    here = device_of(sign_in)
    through = here.name if here else sign_in.device_name
    return disconnect(device=device, actor=sign_in.user, through=through, at=at)
