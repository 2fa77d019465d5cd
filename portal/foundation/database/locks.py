"""Let one caller wait for another where there is no row yet that both could lock."""

from django.db import connection


def lock_name(space: str, name: str) -> None:
    """Hold this name until the transaction ends; equal names of two spaces have nothing to do with each other.

    SQLite needs no lock here: it has one writer at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{space}:{name}"])
