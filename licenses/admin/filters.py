"""Filters of several lists."""

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from licenses.models import CodeBatch, Term


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


class LicenseBatchFilter(BatchFilter):
    """Licenses with a term from some code of a batch."""

    def queryset(self, request, queryset):
        terms = Term.objects.filter(license=OuterRef("pk"), code__batch=self.value())
        return queryset.filter(Exists(terms)) if self.value() else queryset
