"""Connect, check in, disconnect, rename: what a product or its owner does with a device."""

from .check_in import CheckedIn, check_in, disconnected
from .cleaning import clean_machine_id, clean_name, clean_platform
from .connect import connect
from .connect_product import Connected, connect_product
from .disconnect import SEAT_TAKEN, disconnect
from .leases import IssuedLease, issue_lease
from .release import release_device, sign_out
from .rename import rename_device
from .turned_away import remember_turned_away

__all__ = [
    "SEAT_TAKEN",
    "CheckedIn",
    "Connected",
    "IssuedLease",
    "check_in",
    "clean_machine_id",
    "clean_name",
    "clean_platform",
    "connect",
    "connect_product",
    "disconnect",
    "disconnected",
    "issue_lease",
    "release_device",
    "remember_turned_away",
    "rename_device",
    "sign_out",
]
