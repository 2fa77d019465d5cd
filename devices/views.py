"""The Devices tab."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import etag, require_http_methods, require_safe

from devices import services
from devices.forms import NameForm
from devices.lease_keys import PURPOSE
from devices.models import Device
from devices.overview import ConnectedDevice, fingerprint, full_pool, rows_of, summary
from devices.words import summary_text
from licenses.models import License
from portal.foundation.crypto.keys import public_jwks

ROWS_A_PAGE = 50
NEWEST_EVENTS = 50
NEWEST_DISCONNECTED = 50


@require_safe
def index(request):
    context = overview_of(request)
    gone = next((device for device in context["disconnected"] if str(device.pk) == request.GET.get("gone")), None)
    if gone:
        freed, until = freed_by(gone, context["standings"]), lease_end(gone, request.now)
        context |= {"gone": gone, "freed": freed, "until": until}
    return render(request, "devices/index.html", context)


@require_safe
@etag(lambda request: f'"{fingerprint(request.user, request.now)}"')
def overview(request):
    """The part of the tab that a script asks for again and again; nothing is sent when nothing has changed."""
    return render(request, "devices/_overview.html", overview_of(request))


def overview_of(request):
    licenses = License.objects.for_user(request.user).select_related("turned_away")
    standings = with_leases(licenses.standings(request.now, zone=request.user.zone))
    rows = rows_of(standings)
    return {
        "standings": standings,
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "summary": summary_text(summary(rows)),
        "full": full_pool(standings),
        "has_license": any(standing.is_running for standing in standings),
        "disconnected": list(Device.objects.for_user(request.user).disconnected()[:NEWEST_DISCONNECTED]),
    }


def with_leases(standings):
    """The same, whose devices know their leases: in one query."""
    prefetch_related_objects([seat for standing in standings for seat in standing.seats], "device__leases")
    return standings


def lease_end(device, at):
    """When the last lease that still runs on this device ends; None without one."""
    running = device.leases.running_at(at)
    return running.order_by("-expires_at").values_list("expires_at", flat=True).first()


def freed_by(device, standings):
    """The running licenses that this device left with a seat to give: a device that waited may have taken it."""
    left = set(device.seats.filter(disconnected_at=device.disconnected_at).values_list("license_id", flat=True))
    freed = (each for each in standings if each.is_running and not each.is_full)
    return [standing.license for standing in freed if standing.license.pk in left]


@require_safe
def detail(request, pk):
    device = get_object_or_404(Device.objects.for_user(request.user).with_last_seat(), pk=pk)
    events = device.events.select_related("actor")[:NEWEST_EVENTS]
    row = row_of(request, device)
    until = row.lease_ends_at if row else lease_end(device, request.now)
    again_at = row.again_at if row else None
    context = {"device": device, "row": row, "until": until, "again_at": again_at, "events": events}
    return render(request, "devices/detail.html", context)


def row_of(request, device):
    """The device with its licenses, or None when it holds no seat."""
    licenses = License.objects.for_user(request.user).with_device(device)
    standings = with_leases(licenses.standings(request.now, zone=request.user.zone))
    return next((row for row in rows_of(standings) if row.device == device), None)


@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request, pk):
    """A page that works alone; with a script it is shown as a dialog on the device's own page."""
    device = get_object_or_404(Device.objects.for_user(request.user), pk=pk)
    if request.method == "POST" and services.disconnect(device=device, actor=request.user, at=request.now):
        return redirect(f"{reverse('devices:index')}?gone={device.pk}")
    row = row_of(request, device)
    if row is None:
        messages.info(request, _("%(device)s is disconnected already") % {"device": device.name})
        return redirect("devices:index")
    return render(request, "devices/disconnect.html", {"device": device, "row": row, "again_at": row.again_at})


@require_http_methods(["GET", "HEAD", "POST"])
def disconnect_from(request, pk, license_pk):
    """Free the seat of one license; a device that has no other is disconnected as a whole."""
    device = get_object_or_404(Device.objects.for_user(request.user), pk=pk)
    license = get_object_or_404(License.objects.for_user(request.user).select_related("product"), pk=license_pk)
    names = {"device": device.name, "product": license.product.name}
    row = row_of(request, device)
    held = [held for held in row.held if held.standing.license == license] if row else []
    if not held:
        messages.info(request, _("%(device)s is disconnected from %(product)s already") % names)
        return redirect("devices:detail", pk=pk)
    if len(row.held) == 1:
        return disconnect(request, pk)
    if request.method == "POST":
        services.disconnect(device=device, actor=request.user, license=license, at=request.now)
        messages.success(request, _("%(device)s is disconnected from %(product)s. Its seat is free.") % names)
        return redirect("devices:detail", pk=pk)
    row = ConnectedDevice(device, held)
    context = {"device": device, "row": row, "license": license, "again_at": row.again_at}
    return render(request, "devices/disconnect.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request, pk):
    device = get_object_or_404(Device.objects.for_user(request.user), pk=pk)
    form = NameForm(request.POST or None, initial={"name": device.name})
    if form.is_valid():
        services.rename_device(user=request.user, device=device, name=form.cleaned_data["name"], at=request.now)
        messages.success(request, _("The name is saved"))
        return redirect("devices:detail", pk=device.pk)
    return render(request, "devices/rename.html", {"device": device, "form": form})


@login_not_required
@cache_control(public=True, max_age=3600)
@require_safe
def lease_keys(request):
    """The public keys, with which a product checks its lease; it asks again when it meets a key that it has not."""
    return JsonResponse(public_jwks(PURPOSE.name, at=request.now))
