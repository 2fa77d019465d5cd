"""A product that somebody signed in to takes its seat: device, seat, sign-in and lease belong together."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from devices.models import BoundSignIn, Device, device_of
from licenses.models import Seat
from portal.foundation.oauth.models import SignIn
from portal.foundation.refusals import InvalidToken

from .connect import connect
from .leases import IssuedLease, issue_lease


@dataclass(frozen=True)
class Connected:
    seat: Seat
    is_new: bool
    lease: IssuedLease


@transaction.atomic
def connect_product(*, sign_in: SignIn, nonce: str = "", at: datetime, **facts) -> Connected:
    """Connect the machine with the account of this sign-in, remember that the sign-in is on it, and sign a lease.

    Raises what `connect` raises, and `invalid_token` when the sign-in was ended meanwhile; then nothing has changed.
    """
    seat = connect(user=sign_in.user, at=at, **facts)
    keep_alive(sign_in)
    bind_device(sign_in=sign_in, device=seat.device)
    return Connected(seat, is_new=seat.connected_at == at, lease=issue_lease(seat=seat, nonce=nonce, at=at))


def keep_alive(sign_in: SignIn) -> None:
    """Lock the sign-in: who is disconnected at this very moment must not come back by a request that was on its way."""
    if not SignIn.objects.active().select_for_update(no_key=True).filter(pk=sign_in.pk).exists():
        raise InvalidToken()


def bind_device(*, sign_in: SignIn, device: Device) -> None:
    """Remember on which device this sign-in is, so that disconnecting the device ends it."""
    if device_of(sign_in) != device:
        bound = BoundSignIn(sign_in=sign_in, device=device)
        BoundSignIn.objects.bulk_create(
            [bound], update_conflicts=True, unique_fields=["sign_in"], update_fields=["device"]
        )
