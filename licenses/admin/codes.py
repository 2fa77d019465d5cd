"""Code batches and activation codes; a whole code is never shown."""

import csv
import re
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from licenses import code_keys, services, spelling
from licenses.models import ActivationCode, CodeBatch, Event, Plan, count_codes
from licenses.sheets import code_rows
from portal.ui.staff import HappenedFilter, HistoryInline, KeptAdmin, LargeAdmin, MadeAdmin, begins, link_to
from portal.ui.words import number

from .filters import BatchFilter, PlanFilter

MOST_CODES_AT_ONCE = 10_000


class IssueForm(forms.ModelForm):
    """What a batch of fresh codes is asked for; the key makes the same form, sent twice, one batch."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    count = forms.IntegerField(
        label=_("How many codes"),
        min_value=1,
        max_value=MOST_CODES_AT_ONCE,
        help_text=_("The next page has them as a file, for an hour and for you alone. More: `issue_codes`."),
    )


class HoldForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("Only staff read this sentence."))


class BatchHistoryInline(HistoryInline):
    model = Event

    def get_queryset(self, request):
        """Leave out what happened to single codes: they may be thousands, and the counts tell of them."""
        return super().get_queryset(request).filter(code__isnull=True)


@admin.register(CodeBatch)
class CodeBatchAdmin(MadeAdmin, LargeAdmin):
    list_display = ["__str__", "plan", "created_at", "issued", "used", "is_suspended"]
    list_filter = [("suspended_at", HappenedFilter), PlanFilter, "created_at"]
    list_per_page = 25  # the codes of each are counted, and they may be many
    search_fields = ["name", "reference", "plan__name", "plan__slug"]
    search_help_text = _("The beginning of a name or reference, or a part of the name of a plan.")
    autocomplete_fields = ["plan"]
    readonly_fields = ["created_at", "created_by", "sold", "groups", "has_checks", "suspended_at", "suspended_reason"]
    asked = ["plan", "name", "reference", "starts_at", "activate_before", "fixed_end", "renewal_only"]
    make_form = IssueForm
    make_fields = ["count", *asked]
    make_title = _("Issue codes")
    make_link = _("Issue codes…")
    not_made = _("Nothing was issued. Please correct what is marked below.")
    refused_at = "plan"
    inlines = [BatchHistoryInline]
    change_form_template = "admin/licenses/codebatch/change_form.html"
    actions = ["suspend", "resume"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("plan__product")

    def found_by(self, request, text):
        """Name the plans first: they are few."""
        plans = Plan.objects.filter(Q(name__icontains=text) | Q(slug__icontains=text)).order_by()
        of_plans = Q(plan__in=list(plans.values_list("pk", flat=True)))
        return of_plans | begins("name", text) | begins("reference", text)

    def get_fields(self, request, obj=None):
        return [*self.asked, *self.readonly_fields]

    def get_readonly_fields(self, request, obj=None):
        """What was promised with the codes is shown, never changed; the rest is for the staff."""
        return [*self.readonly_fields, *(name for name in self.asked if name in CodeBatch.RULES)] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        fetch = path("<int:pk>/codes/", self.admin_site.admin_view(self.fetch), name="licenses_codebatch_fetch")
        return [fetch, *super().get_urls()]

    def get_changeform_initial_data(self, request):
        return {"form_key": uuid4()}

    def made(self, request, asked):
        """Sent again, the form finds the batch of the first time."""
        batch, is_new = services.issue_codes_once(actor=request.user, **asked, at=request.now)
        if is_new:
            self.log_addition(request, batch, [{"added": {}}])
        self.tell_issued(request, batch, is_new)
        return redirect("admin:licenses_codebatch_change", batch.pk)

    def tell_issued(self, request, batch, is_new):
        if is_new:
            count = batch.codes.count()
            text = ngettext("%(count)s code was issued.", "%(count)s codes were issued.", count)
            self.message_user(request, text % {"count": number(count)}, messages.SUCCESS)
        else:
            text = _("This form was sent before, and this is the batch that it made. For another one, begin anew.")
            self.message_user(request, text, messages.WARNING)

    def fetch(self, request, pk):
        """Send the codes as a file; asked by a link, lead to the page where the button is."""
        batch = get_object_or_404(self.get_queryset(request).select_related("plan"), pk=pk)
        if not self.may_make(request):
            raise PermissionDenied
        if request.method == "POST":
            try:
                return csv_file(batch, services.fetch_codes(batch=batch, actor=request.user, at=request.now))
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
        return redirect("admin:licenses_codebatch_change", batch.pk)

    def get_changelist_instance(self, request):
        """Count the codes of the rows that are shown, and of no others."""
        changes = super().get_changelist_instance(request)
        count_codes(list(changes.result_list))
        return changes

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Say on the page of a batch whether its codes can be fetched, by whom and until when."""
        context["is_mine"] = obj.created_by_id == request.user.pk and self.may_make(request)
        context["is_open"] = request.now < obj.fetched_until
        count_codes([obj])
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=_("order"))
    def sold(self, batch):
        return link_to(batch.order) if batch.order else "–"

    @admin.display(description=_("codes"))
    def issued(self, batch):
        return batch.issued

    @admin.display(description=_("used"))
    def used(self, batch):
        return batch.used

    @admin.display(description=_("on hold"), boolean=True)
    def is_suspended(self, batch):
        return batch.suspended_at is not None

    @admin.action(description=_("Put on hold…"), permissions=["change"])
    def suspend(self, request, queryset):
        """Ask for the reason first, then say how many codes stopped and what goes on."""
        free = [batch for batch in queryset if batch.suspended_at is None]
        form = HoldForm(request.POST if "reason" in request.POST else None)
        count_codes(free)
        if not free:
            self.message_user(request, _("On hold already."), messages.WARNING)
            return None
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": _("Put codes on hold"),
                "opts": self.opts,
                "batches": free,
                "form": form,
                "checkbox_name": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "admin/licenses/codebatch/hold.html", context)
        for batch in free:
            services.suspend_batch(batch=batch, reason=form.cleaned_data["reason"], actor=request.user, at=request.now)
        stopped = sum(batch.unused for batch in free)
        text = ngettext(
            "%(count)s unused code is on hold now. Licenses that were started with others go on.",
            "%(count)s unused codes are on hold now. Licenses that were started with others go on.",
            stopped,
        )
        self.message_user(request, text % {"count": number(stopped)}, messages.SUCCESS)
        return None

    @admin.action(description=_("Take the hold away"), permissions=["change"])
    def resume(self, request, queryset):
        held = [batch for batch in queryset if batch.suspended_at]
        count_codes(held)
        for batch in held:
            services.resume_batch(batch=batch, actor=request.user, at=request.now)
        freed = sum(batch.unused for batch in held)
        text = ngettext("%(count)s code can be added again.", "%(count)s codes can be added again.", freed)
        self.message_user(request, text % {"count": number(freed)}, messages.SUCCESS)


def csv_file(batch, fresh):
    """Write the codes of a batch as a file; `never_cache`, around every page of the admin, keeps it out of caches."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="codes-{batch.plan.slug}-{batch.pk}.csv"'
    csv.writer(response).writerows(code_rows(batch, fresh))
    return response


class RevokedFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("unused", _("Unused")), ("used", _("Used")), ("revoked", _("Revoked"))]

    def queryset(self, request, queryset):
        chosen = {"unused": queryset.unused, "used": queryset.in_use}
        if self.value() == "revoked":
            return queryset.filter(revoked_at__isnull=False)
        return chosen[self.value()]() if self.value() in chosen else queryset


@admin.register(ActivationCode)
class ActivationCodeAdmin(KeptAdmin):
    list_display = ["masked", "case_number", "batch", "license", "revoked_at", "revoked_reason"]
    list_filter = [RevokedFilter, BatchFilter]
    list_select_related = ["batch__plan__product", "term__license__product"]
    search_fields = ["hint"]
    search_help_text = _("The last group, or the case number. For a whole code use the field above.")
    change_list_template = "admin/licenses/activationcode/change_list.html"
    fields = readonly_fields = ("masked", "case_number", "batch", "license", "revoked_at", "revoked_reason")
    actions = ["refund", "revoke_blocked", "revoke_lost"]

    def found_by(self, request, text):
        """Find by the last group or the case number; a whole code has no business in an address, which is logged."""
        case = re.fullmatch(r"C-?(\d{1,18})", text.upper())
        return Q(hint=spelling.normalize(text)) | (Q(pk=int(case[1])) if case else Q(pk__in=[]))

    def get_urls(self):
        find = path("find/", self.admin_site.admin_view(self.find), name="licenses_activationcode_find")
        return [find, *super().get_urls()]

    def find(self, request):
        """Look a whole code up by its digest: posted, never compared, stored or logged in clear."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        spelled = spelling.normalize(request.POST.get("code", ""))
        found = ActivationCode.objects.filter(digest__in=code_keys.digests(spelled)).first()
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
                services.revoke_code(code=code, reason=reason, actor=request.user, at=request.now)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)

    @admin.action(description=_("Refund…"), permissions=["change"])
    def refund(self, request, queryset):
        """Show first whose license ends with it."""
        if "confirmed" in request.POST:
            for code in queryset:
                services.refund_code(code=code, actor=request.user, at=request.now)
            self.message_user(request, _("Refunded. Products learn it at their next check-in."), messages.SUCCESS)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Refund codes"),
            "opts": self.opts,
            "codes": queryset.select_related("batch__plan__product", "term__license__owner", "term__license__product"),
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/licenses/activationcode/refund.html", context)

    @admin.action(description=_("Revoke: blocked"), permissions=["change"])
    def revoke_blocked(self, request, queryset):
        self.revoke(request, queryset, ActivationCode.Reason.BLOCKED)

    @admin.action(description=_("Revoke: lost"), permissions=["change"])
    def revoke_lost(self, request, queryset):
        self.revoke(request, queryset, ActivationCode.Reason.LOST)
