"""What the staff pages of all rooms have in common: tables of millions of rows, and rows that are kept as they are."""

import re
from math import floor, log10
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.auth import get_permission_codename, get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.ui.words import number

# So many rows of a list are counted and can be turned over; who looks for an older one searches or filters.
MOST_COUNTED = 10_000
# So many rows are found by what somebody types.
MOST_FOUND = 1_000


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


class ColumnFilter(admin.SimpleListFilter):
    """Choose by a column whose values are known; Django would look for them in the whole table."""

    def queryset(self, request, queryset):
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class EstimatedPaginator(Paginator):
    """Pages of a table that may have millions of rows: no more are counted than anybody turns over."""

    object_list: QuerySet

    @cached_property
    def count(self) -> int:
        """Count the rows, up to one more than `MOST_COUNTED`."""
        return self.object_list.order_by()[: MOST_COUNTED + 1].count()

    @cached_property
    def num_pages(self) -> int:
        return min(super().num_pages, MOST_COUNTED // self.per_page)

    @cached_property
    def how_many(self) -> str:
        """The count as the page says it."""
        if self.count <= MOST_COUNTED:
            return number(self.count)
        estimate = self.estimate()
        if estimate > MOST_COUNTED:
            return gettext("about %(count)s") % {"count": number(rounded(estimate))}
        return gettext("more than %(count)s") % {"count": number(MOST_COUNTED)}

    def estimate(self) -> int:
        """How many rows PostgreSQL believes that the table has; 0 when only some of them are asked for."""
        if connection.vendor != "postgresql" or self.object_list.query.where:
            return 0
        with connection.cursor() as cursor:
            table = self.object_list.model._meta.db_table
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
            return int(cursor.fetchone()[0])


def rounded(estimate: int) -> int:
    """Keep two digits: nobody should read more into an estimate."""
    return round(estimate, 1 - floor(log10(estimate)))


class LargeAdmin(admin.ModelAdmin):
    """A table that grows with the customers: newest first, and never counted, sorted or searched as a whole.

    `tests/test_staff_at_scale.py` looks at every list, filter and search of these: each needs an index.
    """

    paginator = EstimatedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    ordering = ["-pk"]
    sortable_by = ()

    def found_by(self, request: HttpRequest, text: str) -> Q:
        """Say which rows somebody means who types this: conditions on columns of this table that have an index."""
        raise NotImplementedError

    def get_search_results(self, request, queryset, search_term):
        """Find first and sort then: in one step PostgreSQL may read the table from its new end until it has a page."""
        text = search_term.strip()
        return queryset.filter(pk__in=self.first_found(request, queryset, text)) if text else queryset, False

    def first_found(self, request: HttpRequest, queryset: QuerySet, text: str) -> list:
        found = queryset.filter(self.found_by(request, text)).order_by().values_list("pk", flat=True)[: MOST_FOUND + 1]
        return not_too_many(request, list(found))


def people(request: HttpRequest, text: str) -> list[int]:
    """Return the accounts whose address begins so; addresses are stored in lower case."""
    users = get_user_model().objects.filter(email__startswith=text.lower())
    return not_too_many(request, list(users.order_by().values_list("pk", flat=True)[: MOST_FOUND + 1]))


def not_too_many(request: HttpRequest, found: list) -> list:
    """Say it when more were found than a search goes through."""
    if len(found) > MOST_FOUND:
        text = _("More than %(count)s fit, and only some of them were looked through. Type more.")
        messages.warning(request, text % {"count": number(MOST_FOUND)})
    return found[:MOST_FOUND]


def begins(column: str, text: str) -> Q:
    """Rows whose name begins so, as it was typed or as names are written: an index tells upper from lower case."""
    spellings = {text, text.lower(), text.upper(), text.title(), text.capitalize()}
    return Q(*((f"{column}__startswith", spelling) for spelling in sorted(spellings)), _connector=Q.OR)


def in_fours(text: str) -> str:
    """Spell a key that was typed with or without hyphens in groups of four; nothing for what is no key."""
    bare = re.sub(r"[\s-]", "", text).upper()
    groups = [bare[start : start + 4] for start in range(0, len(bare), 4)]
    return "-".join(groups) if re.fullmatch("[0-9A-F]{4,12}", bare) else ""


class MadeAdmin(admin.ModelAdmin):
    """Rows that a service makes, asked for on a page of their own: `make/` beside the list."""

    change_list_template = "admin/made_list.html"
    make_form: type[forms.ModelForm]
    make_fields: list[str]
    make_title: Any
    make_link: Any
    not_made: Any
    # Where a refusal stands that names no field; above all of them if empty.
    refused_at: str | None = None

    def made(self, request: HttpRequest, asked: dict) -> HttpResponse:
        """Make a row of what was asked and answer with what comes next; raises what the service raises."""
        raise NotImplementedError

    def has_add_permission(self, request):
        return False

    def may_make(self, request: HttpRequest) -> bool:
        right = get_permission_codename("add", self.opts)
        return self.has_view_permission(request) and request.user.has_perm(f"{self.opts.app_label}.{right}")

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_make"
        return [path("make/", self.admin_site.admin_view(self.make), name=name), *super().get_urls()]

    def make(self, request: HttpRequest) -> HttpResponse:
        """Ask, make, lead on; what the service refuses stands beside the form."""
        if not self.may_make(request):
            raise PermissionDenied
        form_class = self.get_form(request, form=self.make_form, fields=self.make_fields)
        form = form_class(
            request.POST or None, request.FILES or None, initial=self.get_changeform_initial_data(request)
        )
        if form.is_valid():
            try:
                return self.made(request, form.cleaned_data)
            except ValidationError as refusal:
                form.add_error(None if hasattr(refusal, "error_dict") else self.refused_at, refusal)
        return self.make_page(request, form)

    def make_page(self, request: HttpRequest, form: forms.ModelForm) -> HttpResponse:
        fields = AdminForm(form, [(None, {"fields": self.make_fields})], {}, model_admin=self)
        context = {
            **self.admin_site.each_context(request),
            "title": self.make_title,
            "opts": self.opts,
            "adminform": fields,
            "not_made": self.not_made,
            "media": self.media + fields.media,
        }
        return TemplateResponse(request, "admin/make.html", context)

    def changelist_view(self, request, extra_context=None):
        make = {"make_link": self.make_link if self.may_make(request) else ""}
        return super().changelist_view(request, {**make, **(extra_context or {})})


class KeptAdmin(LargeAdmin):
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
