"""The Devices tab."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from devices import services
from devices.forms import NameForm
from devices.models import Device
from devices.overview import full_license, rows_of, summary
from licenses.models import License

NEWEST_EVENTS = 50
MOST_DISCONNECTED = 50


@require_safe
def index(request):
    licenses = list(License.objects.for_user(request.user).with_state())
    rows = rows_of(licenses)
    seatless = list(Device.objects.for_user(request.user).disconnected().with_last_seat()[:MOST_DISCONNECTED])
    gone = next((device for device in seatless if str(device.pk) == request.GET.get("gone")), None)
    context = {
        "rows": rows,
        "summary": summary(rows),
        "full": full_license(licenses),
        "seatless": seatless,
        "gone": gone,
    }
    return render(request, "devices/index.html", context)


@require_safe
def detail(request, pk):
    device = get_object_or_404(Device.objects.for_user(request.user), pk=pk)
    context = {
        "device": device,
        "row": row_of(request.user, device),
        "events": device.events.select_related("actor")[:NEWEST_EVENTS],
        "last_seat": device.seats.select_related("license__product").order_by("-disconnected_at").first(),
    }
    return render(request, "devices/detail.html", context)


def row_of(user, device):
    """The device with its licenses, or None when it holds no seat."""
    licenses = License.objects.for_user(user).with_device(device).with_state()
    return next((row for row in rows_of(licenses) if row.device == device), None)


@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request, pk):
    """A page that works alone; with a script it is shown as a dialog on the device's own page."""
    device = get_object_or_404(Device.objects.for_user(request.user), pk=pk)
    row = row_of(request.user, device)
    if row is None:
        messages.info(request, _("%(device)s is disconnected already") % {"device": device.name})
        return redirect("devices:index")
    if request.method == "POST":
        services.disconnect(device=device, actor=request.user)
        return redirect(f"{reverse('devices:index')}?gone={device.pk}")
    return render(request, "devices/disconnect.html", {"device": device, "row": row})


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request, pk):
    device = get_object_or_404(Device.objects.for_user(request.user), pk=pk)
    form = NameForm(request.POST or None, initial={"name": device.name})
    if form.is_valid():
        services.rename_device(device=device, name=form.cleaned_data["name"], actor=request.user)
        messages.success(request, _("The name is saved"))
        return redirect("devices:detail", pk=device.pk)
    return render(request, "devices/rename.html", {"device": device, "form": form})
