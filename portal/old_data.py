"""Recognize a database of the time before the first release: nothing leads from there to here, so nothing is begun."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

ROOMS = {"portal", "licenses", "devices", "downloads"}
# As they were called then.
GONE = {"outbox", "identity"}


def find_old_data(app_configs: Any, databases: Collection[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each database in which a migration has run that this code does not have."""
    return [
        Error(
            f"{place_of(connection)} was made by a version of the portal from before its first release "
            f"(migration {unknown[0]}), and cannot be brought up to date.",
            hint=way_out(connection),
            id="portal.E001",
        )
        for connection in (connections[alias] for alias in databases or [])
        if (unknown := unknown_migrations(connection))
    ]


def unknown_migrations(connection: BaseDatabaseWrapper) -> list[str]:
    """Name the migrations of our apps, or of apps that are gone, that have run here and are in no file."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    ours = GONE | {config.label for config in apps.get_app_configs() if config.name.split(".")[0] in ROOMS}
    applied = MigrationRecorder(connection).applied_migrations().keys() - loader.disk_migrations.keys()
    return sorted(f"{app}.{name}" for app, name in applied if app in ours)


def place_of(connection: BaseDatabaseWrapper) -> str:
    name = connection.settings_dict["NAME"]
    return f"The database {name}" if connection.vendor == "sqlite" else f"The database “{name}” of DATABASE_URL"


def way_out(connection: BaseDatabaseWrapper) -> str:
    """Name the next step. The demonstration keeps all that belongs together in one folder."""
    path = Path(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite":
        return "Name an empty database in DATABASE_URL, and start again. This one is left as it is."
    old = settings.DATA_DIR if path.parent == settings.DATA_DIR else path
    return f"Move it away, and start again: mv '{old}' '{old}-old'"
