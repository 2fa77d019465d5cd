from django.apps import AppConfig
from django.core import checks

from .old_data import find_old_data


class PortalConfig(AppConfig):
    """The roof: what concerns all apps together."""

    name = "portal"

    def ready(self) -> None:
        # `migrate` asks the checks of databases before it touches anything.
        checks.register(find_old_data, checks.Tags.database)
