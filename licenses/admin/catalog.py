"""What is sold: products and plans."""

from django.contrib import admin
from django.db.models import Count, URLField
from django.utils.translation import gettext_lazy as _

from licenses.models import Plan, Product, SeatPool


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "plan_count", "successor", "withdrawn_at"]
    list_filter = [("withdrawn_at", admin.EmptyFieldListFilter)]
    list_select_related = ["successor"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    ordering = ["name"]  # said again: counting plans makes Django forget the order of the model
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(plans_in_all=Count("plans"))

    @admin.display(description=_("plans"), ordering="plans_in_all")
    def plan_count(self, product):
        return product.plans_in_all


class SeatPoolInline(admin.TabularInline):
    model = SeatPool
    extra = 0
    min_num = 1


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):
    list_display = ["name", "product", "kind", "term", "seats", "region", "slug"]
    list_filter = ["product", "kind", "region"]
    list_select_related = ["product"]
    search_fields = ["name", "slug", "product__name"]
    autocomplete_fields = ["product"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [SeatPoolInline]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("pools")

    @admin.display(description=_("term"))
    def term(self, plan):
        return plan.term_text

    @admin.display(description=_("seats"))
    def seats(self, plan):
        return "; ".join(str(pool) for pool in plan.pools.all())
