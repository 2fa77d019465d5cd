"""Connect, check in, disconnect, rename: what a product or its owner does with a device."""

from .check_in import check_in
from .connect import connect
from .disconnect import disconnect
from .facts import clean_name
from .leases import IssuedLease, issue_lease
from .rename import rename_device

__all__ = ["IssuedLease", "check_in", "clean_name", "connect", "disconnect", "issue_lease", "rename_device"]
