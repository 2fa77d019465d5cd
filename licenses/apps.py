from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal.foundation.api.problems import register_problems
from portal.foundation.oauth.registered import Scope, register_scope
from portal.foundation.webhooks.topics import register_topics

from . import refusals
from .topics import Topic

SCOPE = Scope(
    "orders",
    asks=_("Add licenses for customers of a store"),
    says="Place orders and change them",
    of_persons=False,
)


class LicensesConfig(AppConfig):
    name = "licenses"
    verbose_name = _("Licenses")

    def ready(self) -> None:
        register_scope(SCOPE)
        register_problems(refusals.__name__)
        register_topics(Topic.choices)
