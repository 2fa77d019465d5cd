"""The Downloads tab: what to install, the file itself, the guide that goes with it, and the way onto another device."""

from urllib.parse import quote

from allauth.account.adapter import get_adapter
from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from downloads import services, systems
from downloads.another import licenses_with_room, ways_of
from downloads.links import qr_of
from downloads.models import Installer, SetupGuide
from downloads.offers import (
    Offer,
    by_language,
    has_right,
    installers_on,
    list_offers,
    nearest_licenses,
    stores_on,
)
from downloads.prose import render_guide
from downloads.ranges import send_file
from licenses.models import License, Product
from portal.foundation.api import limits
from portal.ui.words import clock, from_now


@require_safe
def index(request):
    """Open the tab of the visitor's own system; `?product=` opens that product's file box there."""
    tab = systems.tab_for(request)
    wanted = Product.objects.filter(slug=request.GET.get("product", "")).first()
    response = redirect(box_address(tab, wanted)) if wanted else redirect("downloads:platform", platform=tab)
    patch_vary_headers(response, systems.ASKED)
    return response


def box_address(tab, product):
    return f"{reverse('downloads:product', args=[tab, product.slug])}#product-{product.slug}"


@require_safe
def platform(request, platform):
    return render_offers(request, platform, list_offers(request.user, platform, request.now))


@require_safe
def product(request, platform, product):
    """The same list with the file box of one product open; the whole list where this system has no such file."""
    product = get_object_or_404(Product, slug=product)
    offers = list_offers(request.user, platform, request.now)
    opened = next((offer for offer in offers if offer.product == product), None)
    if opened is None:
        return redirect("downloads:platform", platform=platform)
    return render_offers(request, platform, offers, opened)


def render_offers(request, platform, offers, opened=None):
    available = [offer for offer in offers if offer.is_available]
    unlocked = [offer for offer in offers if offer.is_unlocked]
    for offer in available:
        if offer.stores:
            address = reverse("downloads:store", args=[offer.product.slug])
            offer.qr = qr_of(request.build_absolute_uri(address))
    own_stores = systems.stores_for(request)
    context = {
        "platform": SetupGuide.Platform(platform),
        "offers": unlocked or offers,
        "locked": [offer for offer in offers if unlocked and not offer.is_unlocked],
        "available": len(available),
        "unlocked": bool(unlocked),
        "licensed": any(offer.standing for offer in offers),
        "opened": opened,
        "opened_is_locked": opened is not None and not opened.is_unlocked,
        "first": opened or next(iter(offers), None),
        "with_guide": opened if opened and opened.is_available and opened.has_guide else None,
        "own_store": own_stores[0] if own_stores else "",
    }
    response = render(request, "downloads/platform.html", context)
    patch_vary_headers(response, ["User-Agent"])
    return response


@require_safe
def file(request, pk, file_name):
    """The installer, for customers with a running license of its product."""
    now = request.now
    installer = get_object_or_404(Installer.objects.published(now).select_related("product"), pk=pk)
    if not has_right(request.user, installer.product, now):
        return locked(request, installer)
    if file_name != installer.file_name:
        return redirect(installer)
    if not services.is_deliverable(installer, now):
        return unavailable(request, installer)
    response = deliver(request, installer)
    if not sends_file(request, response):
        return response
    begins = begins_download(request, response)
    counted = services.count_download(user=request.user, installer=installer, begins=begins)
    if counted.is_over:
        if response.streaming:
            response.drop()
        return too_many(request, installer, counted)
    if begins:
        services.record_download(user=request.user, installer=installer, at=now)
    return response


def locked(request, installer):
    """Say which license is missing, and the way out; that the file exists is no secret."""
    offer = Offer(installer.product, nearest_licenses(request.user, request.now).get(installer.product_id), installer)
    return render(request, "downloads/locked.html", {"offer": offer}, status=403)


def unavailable(request, installer):
    """Our own fault, told as one; never half a file or another one."""
    offer = Offer(installer.product, installer=installer)
    response = render(request, "downloads/unavailable.html", {"offer": offer}, status=503)
    response["Retry-After"] = "3600"
    return response


def too_many(request, installer, counted):
    """Say when this account may download again."""
    context = {
        "offer": Offer(installer.product, installer=installer),
        "wait": from_now(counted.until, counted.at),
        "time": clock(counted.until),
    }
    response = render(request, "downloads/too_many.html", context, status=429)
    response["Retry-After"] = str(counted.seconds)
    return response


def deliver(request, installer):
    """Let the web server send the file where it can, else send it ourselves; the right was checked before."""
    if settings.ACCEL_PREFIX:
        response = HttpResponse(content_type="application/octet-stream")
        response["X-Accel-Redirect"] = settings.ACCEL_PREFIX + quote(installer.file.name)
    else:
        response = send_file(
            request,
            storage=installer.file.storage,
            name=installer.file.name,
            size=installer.size,
            etag=f'"{installer.sha256}"',
            modified=int(installer.released_at.timestamp()),
        )
    response["Content-Disposition"] = content_disposition_header(True, installer.file_name)
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-cache"
    return response


def sends_file(request, response):
    """Tell an answer with the file, or a part of it, from one that says only something about it."""
    return request.method == "GET" and response.status_code in (200, 206)


def begins_download(request, response):
    """Tell a download from the later parts of one that is resumed or fetched in pieces."""
    part = request.headers.get("Range", "") if "X-Accel-Redirect" in response else response.get("Content-Range", "")
    return not part or part.startswith(("bytes=0-", "bytes 0-"))


@require_safe
def guide(request, platform, product):
    """The setup guide, in the reader's language if there is one; `?language=` asks for another."""
    guides = SetupGuide.objects.filter(product__slug=product, platform=platform).select_related("product")
    guides = by_language(guides, request.GET.get("language"))
    if not guides:
        raise Http404
    guide = guides[0]
    installer = installers_on(platform, request.now, product=guide.product).get(guide.product_id)
    values = {
        "product": guide.product.name,
        "file_name": installer.file_name if installer else _("the file that you downloaded"),
        "site": settings.SITE_NAME,
        "email": request.user.email,
    }
    places = {
        "devices": reverse("devices:index"),
        "downloads": box_address(platform, guide.product),
        "licenses": reverse("licenses:index"),
    }
    text = render_guide(guide.body, values, places)
    context = {"guide": guide, "others": guides[1:], "text": text, "installer": installer}
    return render(request, "downloads/guide.html", context)


@login_not_required
@require_safe
def store(request, product):
    """Where the QR code leads: straight to the store of the phone that scanned it, else to the choice."""
    product = get_object_or_404(Product, slug=product)
    links = stores_on(SetupGuide.Platform.MOBILE, product=product)[product.pk]
    if not links:
        raise Http404
    by_store = {link.store: link for link in links}
    own = next((by_store[store] for store in systems.stores_for(request) if store in by_store), None)
    page = "downloads/store.html"
    response = redirect(own.url) if own else render(request, page, {"links": links, "product": product})
    patch_vary_headers(response, ["User-Agent"])
    return response


@require_safe
def protect(request):
    """“Protect another device” for the license that protects longest and has room; without one, what to do first."""
    roomy = licenses_with_room(request.user, request.now)
    if roomy:
        return redirect("downloads:protect_with", pk=roomy[0].license.pk)
    running = License.objects.for_user(request.user).kept().active_at(request.now)
    return render(request, "downloads/no_room.html", {"is_full": running.exists(), "tab": "devices"})


@require_safe
def choose_license(request):
    roomy = licenses_with_room(request.user, request.now)
    return render(request, "downloads/choose_license.html", {"standings": roomy, "tab": "devices"})


@require_safe
def protect_with(request, pk, platform=None):
    """The address, its QR code and the mail for one license; without `platform` the first kind of device that fits."""
    license = get_object_or_404(License.objects.for_user(request.user), pk=pk)
    standing = license.standing(request.now, zone=request.user.zone)
    ways = ways_of(standing)
    way = ways[platform] if platform else next((way for way in ways.values() if way.is_open), next(iter(ways.values())))
    context = {
        "standing": standing,
        "way": way,
        "has_others": any(other.license != license for other in licenses_with_room(request.user, request.now)),
        "tab": "devices",
    }
    if way.is_open:
        address = services.make_link(license=license, at=request.now)
        place, slash, token = address.partition("://")[2].rpartition("/")
        context |= {"place": place + slash, "token": token, "qr": qr_of(address)}
    return render(request, "downloads/protect.html", context)


@require_POST
def send_link(request, pk):
    """Mail the link to the account's own address; a press too many is told when the next one counts."""
    license = get_object_or_404(License.objects.for_user(request.user), pk=pk)
    try:
        services.send_link(license=license, at=request.now)
        messages.success(request, _("The link is on its way"))
    except ValidationError as refusal:
        messages.warning(request, " ".join(refusal.messages))
    back = request.POST.get("platform", "")
    if back in SetupGuide.Platform.values:
        return redirect("downloads:protect_with", pk=pk, platform=back)
    return redirect("downloads:protect_with", pk=pk)


@login_not_required
@never_cache
@require_safe
def open_link(request, text):
    """Where a link for another device leads: to the store of a phone, on a computer past the sign-in to the file."""
    if limits.count("open-link", limits.network_of(get_adapter(request).get_client_ip(request))).is_over:
        return respond_429(request)
    link = services.find_link(text=text, at=request.now)
    if link is None:
        return render(request, "downloads/link_unknown.html", status=404)
    if request.user.is_authenticated and request.user != link.user:
        return render(request, "downloads/link_of_another.html", status=403)
    services.remember_address(session=request.session, link=link)
    product, tab = link.license.product, systems.tab_for(request)
    if tab == SetupGuide.Platform.MOBILE and product.store_links.exists():
        return redirect("downloads:store", product=product.slug)
    if request.user.is_authenticated:
        return redirect(box_address(tab, product))
    return redirect_to_login(request.path)
