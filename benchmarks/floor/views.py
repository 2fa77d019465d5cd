"""The same pages and calls as the portal's, as plain as they can be written."""

import json
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from benchmarks.floor.models import Code, Device, Installer, License

KEY = Ed25519PrivateKey.generate()
YEAR = timedelta(days=365)


@login_required
def licenses(request):
    owned = License.objects.filter(owner=request.user).select_related("product").prefetch_related("devices")
    return render(request, "licenses.html", {"licenses": owned})


@login_required
def license(request, pk):
    owned = License.objects.filter(owner=request.user).select_related("product").prefetch_related("devices")
    return render(request, "licenses.html", {"licenses": [get_object_or_404(owned, pk=pk)]})


@login_required
def devices(request):
    owned = Device.objects.filter(license__owner=request.user).select_related("license__product")
    return render(request, "devices.html", {"devices": owned})


@login_required
def downloads(request):
    return render(request, "downloads.html", {"installers": Installer.objects.select_related("product")})


@login_required
def redeem(request):
    digest = sha256(request.POST["code"].encode()).hexdigest()
    with transaction.atomic():
        code = get_object_or_404(Code.objects.select_for_update(), digest=digest, license=None)
        facts = {"support_key": secrets.token_hex(7), "ends_at": timezone.now() + YEAR}
        code.license = License.objects.create(owner=request.user, product_id=code.product_id, **facts)
        code.save(update_fields=["license"])
    return redirect("/licenses/")


@csrf_exempt
def check_in(request):
    asked = json.loads(request.body)
    token = request.headers["Authorization"].removeprefix("Bearer ")
    device = get_object_or_404(Device.objects.select_related("license__product"), token=token)
    ends_at = timezone.now() + timedelta(hours=72)
    claims = {
        "sub": device.name,
        "aud": device.license.product.name,
        "exp": ends_at.timestamp(),
        "state": asked["state"],
    }
    body = urlsafe_b64encode(json.dumps(claims).encode())
    return JsonResponse({"lease": f"{body.decode()}.{urlsafe_b64encode(KEY.sign(body)).decode()}", "ends_at": ends_at})
