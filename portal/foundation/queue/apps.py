from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QueueConfig(AppConfig):
    name = "portal.foundation.queue"
    verbose_name = _("Queue")
