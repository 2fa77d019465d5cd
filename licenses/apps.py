from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal.foundation.webhooks.topics import register_topics

from .topics import Topic


class LicensesConfig(AppConfig):
    name = "licenses"
    verbose_name = _("Licenses")

    def ready(self) -> None:
        register_topics(Topic.choices)
