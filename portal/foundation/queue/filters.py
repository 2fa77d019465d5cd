"""What the lists of all jobs have in common for staff."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import WAITS


class StateFilter(admin.SimpleListFilter):
    """What became of a job; whoever lists jobs says how one is called that is done."""

    title = _("state")
    parameter_name = "state"
    done: tuple[str, Any]

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("waiting", _("waiting")), self.done, ("given-up", _("given up"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        facts = {"waiting": WAITS, self.done[0]: Q(done_at__isnull=False), "given-up": Q(given_up_at__isnull=False)}
        return queryset.filter(facts.get(self.value() or "", Q()))
