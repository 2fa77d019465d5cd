"""Rows that the database keeps for ever, for tests that must begin anew on a database that others will use."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from devices.models import Lease, TurnedAway
from downloads.models import DeviceLink
from licenses import triggers
from licenses.models import CodeClaim, Event, License, Seat, Term

# Who points at others comes first.
LEDGER = [Event, CodeClaim, Lease, TurnedAway, DeviceLink, Seat, Term, License]


@contextmanager
def rewritable() -> Iterator[None]:
    """Do without the triggers that keep history; on PostgreSQL only this connection does."""
    if connection.vendor == "postgresql":
        off, on = ["SET session_replication_role = replica"], ["SET session_replication_role = DEFAULT"]
    else:
        off, on = triggers.DROP[connection.vendor], triggers.CREATE[connection.vendor]
    execute(off)
    try:
        yield
    finally:
        execute(on)


def execute(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def forget_licenses() -> None:
    """Delete every license with its terms, seats, leases and history, as no part of the portal can."""
    with rewritable():
        for model in LEDGER:
            model.objects.all()._raw_delete(connection.alias)
