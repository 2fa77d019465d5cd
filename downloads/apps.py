from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from licenses.verbs import register_verbs

from .verbs import Verb


class DownloadsConfig(AppConfig):
    name = "downloads"
    verbose_name = _("Downloads")

    def ready(self) -> None:
        register_verbs(Verb.choices)
