"""Connect, check in, disconnect, rename: what a product or its owner does with a device."""

from .check_in import CheckedIn, check_in, disconnected
from .connect import connect
from .connect_product import Connected, connect_product
from .disconnect import disconnect
from .facts import clean_machine_id, clean_name, clean_platform
from .leases import IssuedLease, issue_lease
from .release import release_device, sign_out
from .rename import rename_device

__all__ = [
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
    "rename_device",
    "sign_out",
]
