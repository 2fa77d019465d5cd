from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal.foundation import refusals

from .problems import register_problems


class ApiConfig(AppConfig):
    name = "portal.foundation.api"
    verbose_name = _("API")

    def ready(self) -> None:
        register_problems(refusals.__name__)
