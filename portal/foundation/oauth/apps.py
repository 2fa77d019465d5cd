from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal.foundation.crypto.purposes import register_purpose

from .id_tokens import PURPOSE


class OAuthConfig(AppConfig):
    name = "portal.foundation.oauth"
    verbose_name = _("Device sign-in")

    def ready(self) -> None:
        register_purpose(PURPOSE)
