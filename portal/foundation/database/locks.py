"""Let one caller wait for another where there is no row yet that both could lock."""

from django.db import connection


def lock_name(space: str, name: object) -> None:
    """Hold this name until the transaction ends; equal names of two spaces have nothing to do with each other.

    SQLite needs no lock here: it has one writer at a time.
    """
    lock_names((space, name))


def lock_names(*names: tuple[str, object]) -> None:
    """Hold these names, each of its space, one after the other; whoever takes several keeps their order."""
    if connection.vendor == "postgresql":
        locks = ", ".join(["pg_advisory_xact_lock(hashtextextended(%s, 0))"] * len(names))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {locks}", [f"{space}:{name}" for space, name in names])
