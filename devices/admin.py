"""The staff's view of devices; seats and history are read-only, disconnecting calls the service."""

from django.contrib import admin, messages
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from devices.models import Device
from devices.services import disconnect
from licenses.models import Event, Seat


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class SeatInline(ReadOnlyInline):
    model = Seat
    fields = readonly_fields = ["license", "number", "connected_at", "disconnected_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("license__product", "pool")


class EventInline(ReadOnlyInline):
    model = Event
    fields = readonly_fields = ["at", "sentence", "actor"]
    verbose_name_plural = _("history")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("actor")

    @admin.display(description=_("what"))
    def sentence(self, event):
        return event.sentence


@admin.register(Device)
class DeviceAdmin(admin.ModelAdmin):
    list_display = ["name", "owner", "platform", "held", "report", "last_seen_at", "device_id"]
    list_filter = ["platform", "report", "last_seen_at"]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__email"]
    search_help_text = _("Name, email address, or the device id that the customer reads out.")
    fields = readonly_fields = [
        "name",
        "owner",
        "device_id",
        "platform",
        "os_version",
        "app_version",
        "report",
        "created_at",
        "last_seen_at",
    ]
    inlines = [SeatInline, EventInline]
    actions = ["disconnect_devices"]

    def get_queryset(self, request):
        held = Seat.objects.held().select_related("license__product")
        return super().get_queryset(request).prefetch_related(Prefetch("seats", held, "held_seats"))

    def get_search_results(self, request, queryset, search_term):
        """Find a device also by the id that its page shows: the first eight characters of the machine id."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        spelled = search_term.strip().lower().removeprefix("d-").replace("-", "")
        if len(spelled) == 8:
            found = queryset.filter(Q(pk__in=found) | Q(machine_id__startswith=spelled))
        return found, duplicates

    @admin.display(description=_("device id"))
    def device_id(self, device):
        return device.public_id

    @admin.display(description=_("seats"))
    def held(self, device):
        return ", ".join(seat.license.product.name for seat in device.held_seats) or "–"

    @admin.action(description=_("Disconnect"), permissions=["change"])
    def disconnect_devices(self, request, queryset):
        freed = sum(len(disconnect(device=device, actor=request.user)) for device in queryset)
        text = ngettext("%(count)d seat is free now.", "%(count)d seats are free now.", freed) % {"count": freed}
        self.message_user(request, text, messages.SUCCESS)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
