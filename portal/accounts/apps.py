from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from licenses.verbs import register_verbs

from .verbs import Verb


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = _("Customers")

    def ready(self) -> None:
        register_verbs(Verb.choices)
