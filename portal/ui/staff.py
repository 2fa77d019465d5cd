"""What the staff pages of all rooms have in common: rows that are kept as they are, and links between them."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _


def link_to(row, text=""):
    """Name a row, and lead to its page in the admin."""
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, text or row)


class HappenedFilter(admin.EmptyFieldListFilter):
    """Whether something has happened to a row: “Yes” and “No”, where Django says “Not empty” and “Empty”."""

    def choices(self, changelist):
        everything, empty, filled = super().choices(changelist)
        return [everything, renamed(filled, _("Yes")), renamed(empty, _("No"))]


def renamed(choice: dict, name) -> dict:
    """Keep the count that stands behind the name when staff asked for counts."""
    _name, bracket, count = str(choice["display"]).partition(" (")
    return {**choice, "display": f"{name}{bracket}{count}"}


class KeptAdmin(admin.ModelAdmin):
    """Rows that only services make and nobody deletes; actions may still call a service."""

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        nothing_to_save = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, {**nothing_to_save, **(extra_context or {})})


class KeptInline(admin.TabularInline):
    """Rows of another row's history: shown, never changed here."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class HistoryInline(KeptInline):
    """The events of a row; a room names its model."""

    fields = readonly_fields = ("at", "sentence", "actor")
    verbose_name_plural = _("history")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("actor")

    @admin.display(description=_("what"))
    def sentence(self, event):
        return event.sentence
