from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OAuthConfig(AppConfig):
    name = "portal.foundation.oauth"
    verbose_name = _("Device sign-in")
