"""Filters and searches of several lists."""

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from licenses.models import CodeBatch, Plan, Term
from portal.ui.staff import ColumnFilter, in_fours


def key_begins(text: str) -> Q:
    """Licenses whose support key begins so, however it is spelled; none for what is no key."""
    key = in_fours(text)
    return Q(support_key__startswith=key) if key else Q(pk__in=[])


class BatchFilter(admin.SimpleListFilter):
    """Stands beside a list to which the page of a batch has led; a choice of all batches would be too long."""

    title = _("batch")
    parameter_name = "batch"

    def lookups(self, request, model_admin):
        chosen = request.GET.get(self.parameter_name, "")
        batches = CodeBatch.objects.select_related("plan__product").filter(pk=chosen) if chosen.isdecimal() else []
        return [(str(batch.pk), str(batch)) for batch in batches]

    def queryset(self, request, queryset):
        return queryset.filter(batch=self.value()) if self.value() else queryset


class PlanFilter(ColumnFilter):
    title = _("plan")
    parameter_name = "plan"

    def lookups(self, request, model_admin):
        return [(plan.pk, str(plan)) for plan in Plan.objects.select_related("product")]


class LicenseBatchFilter(BatchFilter):
    """Licenses with a term from some code of a batch."""

    def queryset(self, request, queryset):
        terms = Term.objects.filter(license=OuterRef("pk"), code__batch=self.value())
        return queryset.filter(Exists(terms)) if self.value() else queryset
