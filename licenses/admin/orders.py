"""What stores ordered."""

from allauth.idp.oidc.models import Client
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from licenses import services
from licenses.models import Event, License, Order, Term
from portal.ui.staff import ColumnFilter, HistoryInline, KeptAdmin, link_to

from .filters import PlanFilter, key_begins


class ReaddressForm(forms.Form):
    email = forms.EmailField(label=_("Right email address"))
    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("Only staff read this sentence."))


class OrderHistoryInline(HistoryInline):
    model = Event


class OrderStateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return Order.State.choices

    def queryset(self, request, queryset):
        chosen = {
            "waiting": queryset.waiting,
            "delivered": lambda: queryset.filter(delivered_at__isnull=False, refunded_at__isnull=True),
            "cancelled": queryset.cancelled,
            "refunded": lambda: queryset.filter(refunded_at__isnull=False),
        }
        return chosen[self.value()]() if self.value() in chosen else queryset


class StoreFilter(ColumnFilter):
    """Offers the stores, which are few; Django would look through all orders for those that sold something."""

    title = _("store")
    parameter_name = "client"

    def lookups(self, request, model_admin):
        stores = Client.objects.filter(grant_types__contains=Client.GrantType.CLIENT_CREDENTIALS).order_by("name")
        return [(store.pk, store.name) for store in stores]


@admin.register(Order)
class OrderAdmin(KeptAdmin):
    """Orders are the stores’ own; who took money for one also takes it back. Staff see that it arrives."""

    list_display = ["number", "state", "email", "quantity", "plan", "result", "bought_at", "client"]
    list_filter = [OrderStateFilter, "kind", StoreFilter, PlanFilter, "created_at"]
    list_select_related = [
        "client",
        "plan__product",
        "user",
        "renews",
        "term__license__product",
        "batch__plan__product",
    ]
    search_fields = ["number", "email", "term__license__support_key"]
    search_help_text = _("Number, email address or support key, or the beginning of one.")
    fields = readonly_fields = (
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
    )
    inlines = [OrderHistoryInline]
    actions = ["readdress", "mail_again"]

    def found_by(self, request, text):
        """Name the licenses first: their terms say which orders brought them."""
        brought = Term.objects.filter(order__isnull=False, license__in=License.objects.filter(key_begins(text)))
        orders = brought.order_by().values_list("order", flat=True)
        return Q(number__startswith=text) | Q(email__startswith=text.lower()) | Q(pk__in=list(orders))

    def has_help_permission(self, request):
        return request.user.has_perm("licenses.change_order")

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

    @admin.action(description=_("Correct the address…"), permissions=["help"])
    def readdress(self, request, queryset):
        """Ask for the right address of the one order that waits, and why."""
        order = queryset.first()
        if queryset.count() != 1 or not order.is_waiting:
            self.message_user(request, _("Choose one order that waits for an account."), messages.WARNING)
            return None
        form = ReaddressForm(request.POST if "email" in request.POST else None)
        if form.is_valid():
            try:
                services.readdress_order(order=order, **form.cleaned_data, actor=request.user, at=request.now)
            except ValidationError as refusal:
                form.add_error("email", refusal)
            else:
                self.message_user(request, _("Corrected. A mail is on its way to the new address."), messages.SUCCESS)
                return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Correct the address of order %(number)s") % {"number": order.number},
            "opts": self.opts,
            "order": order,
            "form": form,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/licenses/order/readdress.html", context)

    @admin.action(description=_("Send the mail again"), permissions=["help"])
    def mail_again(self, request, queryset):
        for order in queryset:
            try:
                services.mail_order_again(order=order, actor=request.user, at=request.now)
            except ValidationError as refusal:
                self.message_user(request, f"{order}: {' '.join(refusal.messages)}", messages.ERROR)
            else:
                text = _("The mail about order %(number)s is on its way.") % {"number": order.number}
                self.message_user(request, text, messages.SUCCESS)
