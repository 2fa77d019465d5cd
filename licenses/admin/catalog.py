"""What is sold: products and plans. Once sold, they stay as they were sold, and are withdrawn instead of deleted."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, URLField
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from licenses import services
from licenses.models import Plan, Platform, Product, SeatPool
from licenses.touched import touched_by
from portal.ui.staff import HappenedFilter, KeptInline


class CatalogAdmin(admin.ModelAdmin):
    """What products and plans have in common: the page says whom it touches, and what cannot be changed any more."""

    change_form_template = "admin/licenses/catalog/change_form.html"
    actions = ["withdraw", "put_back"]
    asked: list[str]
    still_free: str | Promise = ""

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": self.asked})]
        note = self.still_free if obj.is_sold else _("Not sold yet: everything can be changed, and it can be deleted.")
        return [(None, {"description": note, "fields": ["in_use", *self.asked, "withdrawn_at"]})]

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        return ["in_use", "withdrawn_at", *(obj.SOLD_AS if obj.is_sold else [])]

    def get_prepopulated_fields(self, request, obj=None):
        return {"slug": ["name"]} if obj is None else {}

    def has_delete_permission(self, request, obj=None):
        """One by one, and only what nobody has; several at once are withdrawn."""
        return obj is not None and not obj.is_sold and super().has_delete_permission(request, obj)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """When it was sold since the form was checked, say so and show the page anew."""
        try:
            return super().change_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return redirect(request.path)

    def get_object(self, request, object_id, from_field=None):
        row = super().get_object(request, object_id, from_field)
        if row:
            row.touched = touched_by(row, request.now)
        return row

    def save_model(self, request, row, form, change):
        if change:
            services.change_catalog(row=row, actor=request.user, at=request.now)
        else:
            super().save_model(request, row, form, change)

    @admin.display(description=_("runs with it now"))
    def in_use(self, row):
        return str(row.touched)

    @admin.action(description=_("Withdraw from sale…"), permissions=["change"])
    def withdraw(self, request, queryset):
        """Say first whom it touches."""
        rows = [row for row in queryset if row.withdrawn_at is None]
        if not rows:
            self.message_user(request, _("Withdrawn already."), messages.WARNING)
        elif "sure" in request.POST:
            for row in rows:
                services.withdraw_from_sale(row=row, actor=request.user, at=request.now)
            self.message_user(request, _("Withdrawn. What was sold goes on."), messages.SUCCESS)
        else:
            context = {
                **self.admin_site.each_context(request),
                "title": _("Withdraw from sale"),
                "opts": self.opts,
                "rows": [(row, touched_by(row, request.now)) for row in rows],
                "checkbox_name": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "admin/licenses/catalog/withdraw.html", context)
        return None

    @admin.action(description=_("Put back on sale"), permissions=["change"])
    def put_back(self, request, queryset):
        rows = [services.put_back_on_sale(row=row, actor=request.user, at=request.now) for row in queryset]
        text = ngettext("%(n)s is on sale again.", "%(n)s are on sale again.", len(rows))
        self.message_user(request, text % {"n": ", ".join(map(str, rows))}, messages.SUCCESS)


@admin.register(Product)
class ProductAdmin(CatalogAdmin):
    list_display = ["name", "slug", "plan_count", "successor", "withdrawn_at"]
    list_filter = [("withdrawn_at", HappenedFilter)]
    list_select_related = ["successor"]
    search_fields = ["name", "slug"]
    ordering = ["name"]  # said again: counting plans makes Django forget the order of the model
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    asked = ["name", "slug", "kind", "summary", "icon", "tone", "renew_url", "successor"]
    still_free = _(
        "Sold: devices know it by its short name, which cannot be changed any more. The rest can be changed; customers "
        "see it at once, on every page and in new mails."
    )

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(plans_in_all=Count("plans"))

    @admin.display(description=_("plans"), ordering="plans_in_all")
    def plan_count(self, product):
        return product.plans_in_all


class SeatPoolInline(admin.TabularInline):
    model = SeatPool
    extra = 0
    min_num = 1


class SoldPoolInline(KeptInline):
    model = SeatPool
    fields = readonly_fields = ("position", "quantity", *(f"on_{platform}" for platform in Platform))


@admin.register(Plan)
class PlanAdmin(CatalogAdmin):
    list_display = ["name", "product", "kind", "term", "seats", "region", "slug", "withdrawn_at"]
    list_filter = ["product", "kind", "region", ("withdrawn_at", HappenedFilter)]
    list_select_related = ["product"]
    search_fields = ["name", "slug", "product__name"]
    autocomplete_fields = ["product"]
    actions = ["copy", "withdraw", "put_back"]
    asked = ["product", "name", "slug", "kind", "term_length", "term_unit", "region"]
    still_free = _(
        "Sold: only its name can be changed; customers see that at once. For other seats, another term or region copy "
        "it as a new plan, and withdraw this one."
    )

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("pools")

    def get_inlines(self, request, obj):
        return [SoldPoolInline] if obj and obj.is_sold else [SeatPoolInline]

    @admin.display(description=_("term"))
    def term(self, plan):
        return plan.term_text

    @admin.display(description=_("seats"))
    def seats(self, plan):
        return "; ".join(str(pool) for pool in plan.pools.all())

    @admin.action(description=_("Copy as a new plan"), permissions=["add"])
    def copy(self, request, queryset):
        """Make the copy and lead to it, where it can be changed."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        copies = [services.copy_plan(plan=plan, actor=request.user, at=request.now) for plan in queryset]
        text = _("Here is the copy. Change it before it is sold; after that it stays as it is.")
        self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:licenses_plan_change", copies[-1].pk)
