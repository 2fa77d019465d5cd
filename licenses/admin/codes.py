"""Code batches and activation codes; a whole code is never shown."""

import csv

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _

from licenses import codes, services
from licenses.models import ActivationCode, CodeBatch
from portal.staff import KeptAdmin, link_to

MOST_CODES_AT_ONCE = 10_000


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
        issued = services.issue_codes(plan=batch.plan, count=form.cleaned_data["count"], actor=request.user, **rules)
        batch.pk, request.fresh_codes = issued.batch.pk, issued.codes
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
