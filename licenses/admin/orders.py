"""What stores ordered."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from licenses.models import Order
from portal.staff import KeptAdmin, link_to


class OrderStateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return Order.State.choices

    def queryset(self, request, queryset):
        facts = {
            "delivered": {"delivered_at__isnull": False, "refunded_at__isnull": True},
            "cancelled": {"cancelled_at__isnull": False, "delivered_at__isnull": True, "refunded_at__isnull": True},
            "refunded": {"refunded_at__isnull": False},
        }
        return queryset.waiting() if self.value() == "waiting" else queryset.filter(**facts.get(self.value(), {}))


@admin.register(Order)
class OrderAdmin(KeptAdmin):
    """Orders are the stores’ own; who took money for one also takes it back."""

    list_display = ["number", "state", "email", "quantity", "plan", "result", "bought_at", "client"]
    list_filter = [OrderStateFilter, "kind", ("client", admin.RelatedOnlyFieldListFilter), "plan__product"]
    list_select_related = [
        "client",
        "plan__product",
        "user",
        "renews",
        "term__license__product",
        "batch__plan__product",
    ]
    search_fields = ["number", "email", "term__license__support_key"]
    search_help_text = _("Number, email address or support key.")
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = readonly_fields = [
        "number",
        "client",
        "kind",
        "plan",
        "quantity",
        "email",
        "language",
        "customer",
        "state",
        "result",
        "first_order",
        "bought_at",
        "created_at",
        "delivered_at",
        "cancelled_at",
        "refunded_at",
    ]

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description=_("state"))
    def state(self, order):
        return order.state.label

    @admin.display(description=_("customer"))
    def customer(self, order):
        return link_to(order.user) if order.user else "–"

    @admin.display(description=_("license or codes"))
    def result(self, order):
        term, batch = getattr(order, "term", None), getattr(order, "batch", None)
        return link_to(term.license, term.license.support_key) if term else link_to(batch) if batch else "–"

    @admin.display(description=_("renews"))
    def first_order(self, order):
        return link_to(order.renews) if order.renews else "–"
