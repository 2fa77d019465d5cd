from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal.foundation.oauth.registered import READ_ALONG


class DevicesConfig(AppConfig):
    name = "devices"
    verbose_name = _("Devices")

    def ready(self) -> None:
        READ_ALONG.add("sign_in__bound__device")
