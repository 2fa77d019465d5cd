"""The Devices tab."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import etag, require_http_methods, require_safe

from devices import services
from devices.forms import NameForm
from devices.lease_keys import PURPOSE
from devices.models import Device
from devices.overview import Row, fingerprint, full_pool, rows_of, summary
from licenses.models import License
from portal.foundation.crypto.keys import public_jwks

ROWS_A_PAGE = 50
NEWEST_EVENTS = 50
NEWEST_DISCONNECTED = 50
LEASES = "held_seats__device__leases"  # after `with_state`


@require_safe
def index(request):
    context = overview_of(request)
    gone = next((device for device in context["disconnected"] if str(device.pk) == request.GET.get("gone")), None)
    if gone:
        freed, until = freed_by(gone, context["licenses"]), lease_end(gone)
        context |= {"gone": gone, "freed": freed, "until": until}
    return render(request, "devices/index.html", context)


@require_safe
@etag(lambda request: f'"{fingerprint(request.user)}"')
def overview(request):
    """The part of the tab that a script asks for again and again; nothing is sent when nothing has changed."""
    return render(request, "devices/_overview.html", overview_of(request))


def overview_of(request):
    licenses = list(
        License.objects.for_user(request.user).with_state().select_related("turned_away").prefetch_related(LEASES)
    )
    rows = rows_of(licenses)
    return {
        "licenses": licenses,
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "summary": summary(rows),
        "full": full_pool(licenses),
        "has_license": any(license.is_running for license in licenses),
        "disconnected": list(Device.objects.for_user(request.user).disconnected()[:NEWEST_DISCONNECTED]),
    }


def lease_end(device):
    """When the last lease that still runs on this device ends; None without one."""
    running = device.leases.running_at(timezone.now())
    return running.order_by("-expires_at").values_list("expires_at", flat=True).first()


def freed_by(device, licenses):
    """The running licenses that this device left with a seat to give: a device that waited may have taken it."""
    left = set(device.seats.filter(disconnected_at=device.disconnected_at).values_list("license_id", flat=True))
    return [license for license in licenses if license.pk in left and license.is_running and not license.is_full]


@require_safe
def detail(request, pk):
    device = get_object_or_404(Device.objects.for_user(request.user).with_last_seat(), pk=pk)
    events = device.events.select_related("actor")[:NEWEST_EVENTS]
    row = row_of(request.user, device)
    until = row.lease_ends_at if row else lease_end(device)
    again_at = row.again_at if row else None
    context = {"device": device, "row": row, "until": until, "again_at": again_at, "events": events}
    return render(request, "devices/detail.html", context)


def row_of(user, device):
    """The device with its licenses, or None when it holds no seat."""
    licenses = License.objects.for_user(user).with_device(device).with_state().prefetch_related(LEASES)
    return next((row for row in rows_of(licenses) if row.device == device), None)


@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request, pk):
    """A page that works alone; with a script it is shown as a dialog on the device's own page."""
    device = get_object_or_404(Device.objects.for_user(request.user), pk=pk)
    if request.method == "POST" and services.disconnect(device=device, actor=request.user, at=request.now):
        return redirect(f"{reverse('devices:index')}?gone={device.pk}")
    row = row_of(request.user, device)
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
    row = row_of(request.user, device)
    seats = [seat for seat in row.seats if seat.license == license] if row else []
    if not seats:
        messages.info(request, _("%(device)s is disconnected from %(product)s already") % names)
        return redirect("devices:detail", pk=pk)
    if len(row.seats) == 1:
        return disconnect(request, pk)
    if request.method == "POST":
        services.disconnect(device=device, actor=request.user, license=license, at=request.now)
        messages.success(request, _("%(device)s is disconnected from %(product)s. Its seat is free.") % names)
        return redirect("devices:detail", pk=pk)
    row = Row(device, seats)
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
