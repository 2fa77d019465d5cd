from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from licenses.verbs import register_verbs
from portal.foundation.api.problems import register_problems
from portal.foundation.crypto.purposes import register_purpose
from portal.foundation.oauth.registered import READ_ALONG, Scope, register_scope

from . import refusals
from .lease_keys import PURPOSE
from .verbs import Verb

SCOPE = Scope(
    "devices",
    asks=_("Connect this device and use your licenses on it"),
    says="Connect this device and keep it connected",
    of_persons=True,
)


class DevicesConfig(AppConfig):
    name = "devices"
    verbose_name = _("Devices")

    def ready(self) -> None:
        register_verbs(Verb.choices)
        register_purpose(PURPOSE)
        register_scope(SCOPE)
        register_problems(refusals.__name__)
        READ_ALONG.add("sign_in__bound__device")
