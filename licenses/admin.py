"""The staff's view of products, codes and licenses. History is read-only; what changes rows calls a service."""

import csv

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, URLField
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from licenses import codes, services
from licenses.models import ActivationCode, CodeBatch, Event, License, Order, Plan, Product, Seat, SeatPool, Term
from portal.staff import HistoryInline, KeptAdmin, KeptInline, link_to

MOST_CODES_AT_ONCE = 10_000


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


class BatchForm(forms.ModelForm):
    """A batch of fresh codes: how many is asked only once, when it is made."""

    count = forms.IntegerField(
        label=_("How many codes"),
        min_value=1,
        max_value=MOST_CODES_AT_ONCE,
        help_text=_("You get them as a CSV file once. Nobody can read them again afterwards. More: `issue_codes`."),
    )

    class Meta:
        model = CodeBatch
        fields = ["plan", "name", "starts_at", "activate_before", "fixed_end", "renewal_only"]


@admin.register(CodeBatch)
class CodeBatchAdmin(admin.ModelAdmin):
    list_display = ["__str__", "plan", "created_at", "issued", "used", "is_suspended"]
    list_filter = [("suspended_at", admin.EmptyFieldListFilter), "plan__product", "created_at"]
    list_select_related = ["plan__product"]
    search_fields = ["name", "plan__name", "plan__slug"]
    autocomplete_fields = ["plan"]
    readonly_fields = ["created_at", "created_by", "sold", "groups", "has_checks", "suspended_at", "suspended_reason"]
    actions = ["suspend", "resume"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(codes_issued=Count("codes"), codes_used=Count("codes", filter=Q(codes__term__isnull=False)))
        )

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, **({} if obj else {"form": BatchForm}), **kwargs)

    def get_fields(self, request, obj=None):
        asked = ["plan", "name", "starts_at", "activate_before", "fixed_end", "renewal_only"]
        return [*asked, *self.readonly_fields] if obj else ["count", *asked]

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, "plan"] if obj else []

    @admin.display(description=_("order"))
    def sold(self, batch):
        return link_to(batch.order) if batch.order else "–"

    @admin.display(description=_("codes"), ordering="codes_issued")
    def issued(self, batch):
        return batch.codes_issued

    @admin.display(description=_("used"), ordering="codes_used")
    def used(self, batch):
        return batch.codes_used

    @admin.display(description=_("on hold"), boolean=True)
    def is_suspended(self, batch):
        return batch.suspended_at is not None

    def save_model(self, request, batch, form, change):
        """A new batch is made by the service; its codes go out in the answer to this very request."""
        if change:
            return super().save_model(request, batch, form, change)
        rules = {name: form.cleaned_data[name] for name in BatchForm.Meta.fields if name != "plan"}
        request.fresh_codes = list(
            services.issue_codes(plan=batch.plan, count=form.cleaned_data["count"], actor=request.user, **rules)
        )
        batch.pk = CodeBatch.objects.filter(created_by=request.user).latest("pk").pk
        return None

    def response_add(self, request, batch, post_url_continue=None):
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="codes-{batch.plan.slug}-{batch.pk}.csv"'
        response["Cache-Control"] = "no-store"
        rows = csv.writer(response)
        rows.writerow(["code", "plan"])
        rows.writerows([code, batch.plan.slug] for code in request.fresh_codes)
        return response

    @admin.action(description=_("Put on hold"), permissions=["change"])
    def suspend(self, request, queryset):
        for batch in queryset:
            services.suspend_batch(batch=batch, reason=str(_("put on hold by staff")), actor=request.user)

    @admin.action(description=_("Take the hold away"), permissions=["change"])
    def resume(self, request, queryset):
        for batch in queryset:
            services.resume_batch(batch=batch, actor=request.user)

    def has_delete_permission(self, request, obj=None):
        return False


class RevokedFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("unused", _("Unused")), ("used", _("Used")), ("revoked", _("Revoked"))]

    def queryset(self, request, queryset):
        chosen = {"unused": queryset.unused, "used": queryset.redeemed}
        if self.value() == "revoked":
            return queryset.filter(revoked_at__isnull=False)
        return chosen[self.value()]() if self.value() in chosen else queryset


@admin.register(ActivationCode)
class ActivationCodeAdmin(KeptAdmin):
    list_display = ["masked", "case_number", "batch", "license", "revoked_at", "revoked_reason"]
    list_filter = [RevokedFilter, "batch__plan__product"]
    list_select_related = ["batch__plan__product", "term__license__product"]
    search_fields = ["hint"]
    search_help_text = _("The last group, or the case number. For a whole code use the field above.")
    change_list_template = "admin/licenses/activationcode/change_list.html"
    fields = readonly_fields = ["masked", "case_number", "batch", "license", "revoked_at", "revoked_reason"]
    actions = ["revoke_refunded", "revoke_blocked", "revoke_lost"]
    show_full_result_count = False

    def get_search_results(self, request, queryset, search_term):
        """Find by the last group or the case number; a whole code has no business in an address, which is logged."""
        spelled = codes.normalize(search_term)
        if search_term.strip().upper().startswith("C-") and search_term.strip()[2:].isdecimal():
            return queryset.filter(pk=int(search_term.strip()[2:])), False
        if spelled:
            return queryset.filter(hint=spelled), False
        return queryset, False

    def get_urls(self):
        find = path("find/", self.admin_site.admin_view(self.find), name="licenses_activationcode_find")
        return [find, *super().get_urls()]

    def find(self, request):
        """Look a whole code up by its digest: posted, never compared, stored or logged in clear."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        spelled = codes.normalize(request.POST.get("code", ""))
        found = ActivationCode.objects.filter(digest__in=codes.digests(spelled)).first()
        if found:
            return redirect("admin:licenses_activationcode_change", found.pk)
        self.message_user(request, _("There is no such code."), messages.WARNING)
        return redirect("admin:licenses_activationcode_changelist")

    @admin.display(description=_("code"), ordering="hint")
    def masked(self, code):
        return f"…-{code.hint}"

    @admin.display(description=_("case number"), ordering="pk")
    def case_number(self, code):
        return code.case_number

    @admin.display(description=_("license"))
    def license(self, code):
        term = getattr(code, "term", None)
        return link_to(term.license) if term else "–"

    def revoke(self, request, queryset, reason):
        for code in queryset:
            try:
                services.revoke_code(code=code, reason=reason, actor=request.user)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)

    @admin.action(description=_("Revoke: refunded"), permissions=["change"])
    def revoke_refunded(self, request, queryset):
        self.revoke(request, queryset, ActivationCode.Reason.REFUNDED)

    @admin.action(description=_("Revoke: blocked"), permissions=["change"])
    def revoke_blocked(self, request, queryset):
        self.revoke(request, queryset, ActivationCode.Reason.BLOCKED)

    @admin.action(description=_("Revoke: lost"), permissions=["change"])
    def revoke_lost(self, request, queryset):
        self.revoke(request, queryset, ActivationCode.Reason.LOST)


class TermInline(KeptInline):
    model = Term
    fields = readonly_fields = ["plan", "code", "sold", "starts_at", "ends_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("plan__product", "code", "order")

    @admin.display(description=_("order"))
    def sold(self, term):
        return link_to(term.order) if term.order else "–"


class SeatInline(KeptInline):
    model = Seat
    fields = readonly_fields = ["number", "pool", "device", "connected_at", "disconnected_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("pool", "device", "license__product")


class EventInline(HistoryInline):
    model = Event


class BlockForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=200, help_text=_("The customer reads this sentence on the page of the license.")
    )


@admin.register(License)
class LicenseAdmin(KeptAdmin):
    list_display = ["support_key", "product", "customer", "state", "ends", "seats", "created_at"]
    list_filter = ["product", ("blocked_at", admin.EmptyFieldListFilter), "created_at"]
    search_fields = ["support_key", "owner__email", "product__name"]
    search_help_text = _("Support key, email address or product.")
    fields = readonly_fields = [
        "support_key",
        "product",
        "customer",
        "state",
        "ends",
        "seats",
        "moves",
        "created_at",
        "blocked_at",
        "blocked_reason",
        "archived_at",
    ]
    inlines = [TermInline, SeatInline, EventInline]
    actions = ["block", "unblock", "reset_moves"]

    def get_queryset(self, request):
        return super().get_queryset(request).with_state().select_related("owner", "product")

    @admin.display(description=_("customer"), ordering="owner__email")
    def customer(self, license):
        return link_to(license.owner)

    @admin.display(description=_("state"))
    def state(self, license):
        return license.state.label

    @admin.display(description=_("last day"))
    def ends(self, license):
        return formats.date_format(timezone.localtime(license.last_day), "DATE_FORMAT") if license.last_day else "–"

    @admin.display(description=_("seats"))
    def seats(self, license):
        return f"{license.seats_used} / {'∞' if license.seats_total is None else license.seats_total}"

    @admin.display(description=_("moves in 30 days"))
    def moves(self, license):
        moves = license.moves_at(timezone.now())
        return f"{len(moves.made)} / {moves.allowed}" if moves else "–"

    @admin.action(description=_("Block…"), permissions=["change"])
    def block(self, request, queryset):
        """Ask for the reason first; the customer reads it."""
        form = BlockForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            for license in queryset:
                services.block_license(license=license, reason=form.cleaned_data["reason"], actor=request.user)
            self.message_user(request, _("Blocked. Products learn it at their next check-in."), messages.SUCCESS)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Block licenses"),
            "opts": self.opts,
            "licenses": queryset,
            "form": form,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/licenses/license/block.html", context)

    @admin.action(description=_("Take the block away"), permissions=["change"])
    def unblock(self, request, queryset):
        for license in queryset:
            services.unblock_license(license=license, actor=request.user)

    @admin.action(description=_("Count moves anew"), permissions=["change"])
    def reset_moves(self, request, queryset):
        for license in queryset:
            services.reset_moves(license=license, actor=request.user)
        self.message_user(request, _("The next device can be connected at once."), messages.SUCCESS)


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


@admin.register(Event)
class EventAdmin(KeptAdmin):
    list_display = ["at", "sentence", "actor", "license", "device", "batch"]
    list_filter = ["verb", "at"]
    list_select_related = ["actor", "license__product", "device", "batch__plan__product"]
    search_fields = ["actor__email", "license__support_key", "license__owner__email"]
    date_hierarchy = "at"
    fields = readonly_fields = ["at", "verb", "sentence", "actor", "license", "device", "code", "batch", "details"]
    show_full_result_count = False

    @admin.display(description=_("what"))
    def sentence(self, event):
        return event.sentence

    def has_change_permission(self, request, obj=None):
        return False
