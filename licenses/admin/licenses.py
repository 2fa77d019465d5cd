"""Licenses with their terms and seats, and the history of everything."""

from datetime import tzinfo

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from licenses import services
from licenses.models import Event, License, Order, Seat, Term
from portal.ui.staff import HappenedFilter, HistoryInline, KeptAdmin, KeptInline, link_to, people
from portal.ui.words import day, moment

from .filters import LicenseBatchFilter, key_begins


def zone_name(zone: tzinfo) -> str:
    """Write a time zone as people read it: “America/Los Angeles”."""
    return str(zone).replace("_", " ")


class TermInline(KeptInline):
    """Terms in the days of the customer: staff and customer must speak of the same last day."""

    model = Term
    fields = readonly_fields = ("plan", "code", "sold", "begins", "ends")
    verbose_name_plural = _("terms, in the customer’s days")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("plan__product", "code", "order", "license__owner")

    @admin.display(description=_("begins"))
    def begins(self, term):
        return moment(term.starts_at, term.license.owner.zone)

    @admin.display(description=_("last day"))
    def ends(self, term):
        return day(term.last_day, term.license.owner.zone)

    @admin.display(description=_("order"))
    def sold(self, term):
        return link_to(term.order) if term.order else "–"


class SeatInline(KeptInline):
    model = Seat
    fields = readonly_fields = ("number", "pool", "device", "connected_at", "disconnected_at")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("pool", "device", "license__product")


class EventInline(HistoryInline):
    model = Event


class BlockForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=200, help_text=_("The customer reads this sentence on the page of the license.")
    )


def tell(licenses, at, **more):
    """Give each of these rows what it is at this moment, `now`, from which columns and lines are told."""
    found = License.objects.filter(pk__in=[license.pk for license in licenses]).standings(at, **more)
    standings = {standing.license.pk: standing for standing in found}
    for license in licenses:
        license.now = standings[license.pk]
    return licenses


class LicenseList(ChangeList):
    def get_results(self, request):
        super().get_results(request)
        self.result_list = tell(list(self.result_list), request.now)


@admin.register(License)
class LicenseAdmin(KeptAdmin):
    list_display = ["support_key", "product", "customer", "state", "ends", "seats", "created_at"]
    list_filter = ["product", ("blocked_at", HappenedFilter), LicenseBatchFilter, "created_at"]
    search_fields = ["support_key", "owner__email"]
    search_help_text = _("Support key or email address, or the beginning of one.")
    view_on_site = False  # that page is the customer's alone
    fields = readonly_fields = (
        "support_key",
        "product",
        "customer",
        "state",
        "ends",
        "days_of",
        "seats",
        "moves",
        "created_at",
        "blocked_at",
        "blocked_reason",
        "archived_at",
    )
    inlines = [TermInline, SeatInline, EventInline]
    actions = ["block", "unblock", "reset_moves"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("owner", "product")

    def get_changelist(self, request, **kwargs):
        return LicenseList

    def get_object(self, request, object_id, from_field=None):
        license = super().get_object(request, object_id, from_field)
        return license and tell([license], request.now, with_moves=True)[0]

    def found_by(self, request, text):
        return key_begins(text) | Q(owner__in=people(request, text))

    @admin.display(description=_("customer"))
    def customer(self, license):
        return link_to(license.owner)

    @admin.display(description=_("state"))
    def state(self, license):
        return license.now.state.label

    @admin.display(description=_("last day"))
    def ends(self, license):
        last_day = license.now.last_day
        if last_day is None:
            return "–"
        zone = license.owner.zone
        return format_html('{}<br><span class="zone">{}</span>', day(last_day, zone), zone_name(zone))

    @admin.display(description=_("whose days"))
    def days_of(self, license):
        return _(
            "The last day and the terms below are the customer’s: %(zone)s. All other times are yours: %(yours)s."
        ) % {
            "zone": zone_name(license.owner.zone),
            "yours": zone_name(timezone.get_current_timezone()),
        }

    @admin.display(description=_("seats"))
    def seats(self, license):
        total = license.now.seats_total
        return f"{license.now.seats_used} / {'∞' if total is None else total}"

    @admin.display(description=_("moves in 30 days"))
    def moves(self, license):
        moves = license.now.moves
        return f"{len(moves.made)} / {moves.allowed}" if moves else "–"

    @admin.action(description=_("Block…"), permissions=["change"])
    def block(self, request, queryset):
        """Ask for the reason first; the customer reads it."""
        form = BlockForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            for license in queryset:
                services.block_license(
                    license=license, reason=form.cleaned_data["reason"], actor=request.user, at=request.now
                )
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
            services.unblock_license(license=license, actor=request.user, at=request.now)

    @admin.action(description=_("Count moves anew"), permissions=["change"])
    def reset_moves(self, request, queryset):
        for license in queryset:
            services.reset_moves(license=license, actor=request.user, at=request.now)
        self.message_user(request, _("The next device can be connected at once."), messages.SUCCESS)


@admin.register(Event)
class EventAdmin(KeptAdmin):
    list_display = ["at", "sentence", "actor", "customer", "license", "device", "batch"]
    list_filter = ["verb", "at"]
    list_select_related = ["actor", "customer", "license__product", "device", "batch__plan__product"]
    search_fields = [
        "actor__email",
        "customer__email",
        "license__support_key",
        "license__owner__email",
        "order__number",
    ]
    search_help_text = _("Email address or support key, or the beginning of one; or the number of an order.")
    fields = readonly_fields = (
        *("at", "verb", "sentence", "actor", "customer", "license", "device", "code", "order", "batch", "details"),
    )

    def found_by(self, request, text):
        """Name the accounts, licenses and orders first, then what happened to them."""
        users = people(request, text)
        licenses = License.objects.filter(key_begins(text) | Q(owner__in=users)).order_by().values_list("pk", flat=True)
        orders = Order.objects.filter(number=text).order_by().values_list("pk", flat=True)
        people_in_it = Q(actor__in=users) | Q(customer__in=users)
        return people_in_it | Q(license__in=list(licenses)) | Q(order__in=list(orders))

    @admin.display(description=_("what"))
    def sentence(self, event):
        return event.sentence

    def has_change_permission(self, request, obj=None):
        return False
