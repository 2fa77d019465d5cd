"""The staff's view of devices: nothing is typed here, history is read-only, disconnecting calls the service."""

import re
from functools import reduce
from operator import or_

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from devices.lease_report import explain_lease
from devices.leases import LONGEST_TOKEN
from devices.models import BoundSignIn, Device, Lease
from devices.services import disconnect
from licenses.models import Event, Seat
from portal.foundation.oauth.models import SignIn
from portal.ui.staff import HistoryInline, KeptAdmin, KeptInline, begins, link_to, people

# A device id as the customer reads it out ("D-2ADB-0997"), or the beginning of a machine id; without hyphens it may be
# either.
SPELLED_IDS = [re.compile("([0-9a-f]{4,32})"), re.compile("d([0-9a-f]{4,8})")]


class SeatInline(KeptInline):
    model = Seat
    fields = readonly_fields = ("license_link", "pool", "number", "connected_at", "disconnected_at")
    ordering = ["-connected_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("license__product", "pool")

    @admin.display(description=_("license"))
    def license_link(self, seat):
        return link_to(seat.license)


class LeaseInline(KeptInline):
    model = Lease
    fields = readonly_fields = ("product", "license", "issued_at", "expires_at", "copied_at")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("product", "license__product")


class EventInline(HistoryInline):
    model = Event


class BoundSignInInline(KeptInline):
    model = BoundSignIn
    fields = readonly_fields = ("device_link",)
    verbose_name_plural = _("device")

    @admin.display(description=_("device"))
    def device_link(self, bound):
        return link_to(bound.device)


def machine_begins(start: str) -> Q:
    """Ask for a range and not for a beginning: the index that keeps machines apart serves that in any collation."""
    return Q(machine_id__gte=start, machine_id__lt=f"{start}g")


# The page of a sign-in is the foundation's, which knows no device.
sign_in_admin = admin.site.get_model_admin(SignIn)
sign_in_admin.inlines = (BoundSignInInline, *sign_in_admin.inlines)  # type: ignore[misc]


@admin.register(Device)
class DeviceAdmin(KeptAdmin):
    list_display = ["name", "customer", "platform", "held", "report", "last_seen_at", "device_id"]
    list_filter = ["platform", "report"]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__email"]
    search_help_text = _(
        "The beginning of a name, of an email address or of a machine id, or the device id that the customer reads out."
    )
    fields = [
        "name",
        "customer",
        "device_id",
        "platform",
        "os_version",
        "app_version",
        "report",
        "created_at",
        "last_seen_at",
    ]
    inlines = [SeatInline, LeaseInline, EventInline]
    change_list_template = "admin/devices/device/change_list.html"
    actions = ["disconnect_devices"]

    def get_queryset(self, request):
        held = Seat.objects.held().select_related("license__product")
        return super().get_queryset(request).prefetch_related(Prefetch("seats", held, "held_seats"))

    def found_by(self, request, text):
        """Find a device also by the id that its page shows, which is the beginning of the machine id."""
        bare = re.sub(r"[\s-]", "", text.lower())
        machines = [machine_begins(spelled[1]) for form in SPELLED_IDS if (spelled := form.fullmatch(bare))]
        return reduce(or_, machines, begins("name", text) | Q(owner__in=people(request, text)))

    def get_urls(self):
        check = path("lease/", self.admin_site.admin_view(self.check_lease), name="devices_device_lease")
        return [check, *super().get_urls()]

    def check_lease(self, request):
        """Explain a lease that somebody pasted: posted, so that no address and no log has it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        text = request.POST.get("lease", "")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Check a lease"),
            "opts": self.opts,
            "shown": text[:LONGEST_TOKEN],
            "report": explain_lease(text, at=request.now) if request.method == "POST" else None,
        }
        return TemplateResponse(request, "admin/devices/device/lease.html", context)

    @admin.display(description=_("customer"))
    def customer(self, device):
        return link_to(device.owner)

    @admin.display(description=_("device id"))
    def device_id(self, device):
        return device.public_id

    @admin.display(description=_("seats"))
    def held(self, device):
        licenses = [seat.license for seat in device.held_seats]
        return format_html_join(", ", "{}", ((link_to(row, row.product.name),) for row in licenses)) or "–"

    @admin.action(description=_("Disconnect"), permissions=["disconnect"])
    def disconnect_devices(self, request, queryset):
        freed = sum(len(disconnect(device=device, actor=request.user, at=request.now)) for device in queryset)
        text = ngettext("%(count)d seat is free now.", "%(count)d seats are free now.", freed) % {"count": freed}
        self.message_user(request, text, messages.SUCCESS)

    def has_change_permission(self, request, obj=None):
        return False

    def has_disconnect_permission(self, request):
        return request.user.has_perm("devices.change_device")
