"""The Licenses tab."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from licenses import services
from licenses.forms import CodeForm
from licenses.models import CodeClaim, License, Order, Seat
from licenses.overview import in_order, lead, longest_unseen_first, summary
from licenses.protection import find_hop
from licenses.refusals.codes import YoursAlready
from portal.foundation.refusals import Refusal
from portal.foundation.timing import even_time

NEWEST_EVENTS = 50


@require_safe
def index(request):
    return render_index(request, empty_form(request), added=whole_number(request.GET.get("added", "")))


def whole_number(text):
    """The number of a row, as an address or a form names it; None for anything else."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def empty_form(request):
    """The form of a page that is opened, with what stood in it before a change of the language or a sign-in."""
    return CodeForm(initial={"code": services.take_typed_code(session=request.session)})


def render_index(request, form, *, added=None, focus=False):
    """The list with the form; `added` names the license that the last press of “Add” brought.

    `focus` puts the cursor into the field: whoever followed “Enter an activation code” wants to type one.
    """
    standings = in_order(standings_of(request, License.objects.for_user(request.user).kept().with_archived()))
    waiting = services.waiting_code(user=request.user)
    new = next((standing for standing in standings if standing.license.pk == added), None)
    others = (other for other in standings if new and other.product == new.product and other.is_running)
    context = {
        "standings": standings,
        "summary": summary(standings, code_waits=waiting is not None),
        "added": new,
        "beside": next((other for other in others if other != new), None),
        "form": form,
        "focus": focus,
        "renewing": renewing(request),
        "waiting": waiting,
        "archived": count_archived(request.user, standings),
    }
    return render(request, "licenses/index.html", context)


def count_archived(user, kept):
    """How many licenses are archived, as those say that are kept; asked for where none is."""
    return kept[0].license.archived_beside if kept else License.objects.for_user(user).archived().count()


def standings_of(request, licenses, **more):
    """What these licenses are when the page is asked for, in the days of the person who asks."""
    return licenses.standings(request.now, zone=request.user.zone, **more)


def standing_or_404(request, pk, **more):
    standings = standings_of(request, License.objects.for_user(request.user).filter(pk=pk), **more)
    if not standings:
        raise Http404
    return standings[0]


def renewing(request):
    """The license on whose page “Enter an activation code” was pressed; the form carries it along."""
    pk = whole_number(request.POST.get("renew") or request.GET.get("renew", ""))
    found = standings_of(request, License.objects.for_user(request.user).filter(pk=pk)) if pk else []
    return found[0] if found else None


@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request):
    """Add a code; a visitor's is kept sealed until there is an account that can take it."""
    if not request.user.is_authenticated:
        return keep_for_later(request)
    form = CodeForm(request.POST) if request.method == "POST" else empty_form(request)
    if form.is_valid():
        try:
            license = services.add_code(
                user=request.user, text=form.cleaned_data["code"], address=client_address(request), at=request.now
            )
        except Refusal as refusal:
            return refused(request, form, refusal)
        return redirect_to_added(license)
    return render_index(request, form, focus=True)


def refused(request, form, refusal):
    """Say beside the field why a code was not added; a code that this account has is no mistake: its license opens."""
    if isinstance(refusal, YoursAlready):
        messages.info(request, refusal.messages[0])
        return redirect(refusal.next_address)
    form.add_error("code", refusal)
    return render_index(request, form)


def keep_for_later(request):
    form = CodeForm(request.POST) if request.method == "POST" else empty_form(request)
    if form.is_valid():
        try:
            services.keep_code_in_session(
                session=request.session, text=form.cleaned_data["code"], address=client_address(request)
            )
        except Refusal as refusal:
            form.add_error("code", refusal)
        else:
            return redirect("account_signup")
    return render(request, "licenses/start.html", {"form": form, "focus": True})


def client_address(request):
    """The visitor's network address, by the same rule as the limits of the sign-in."""
    return get_adapter(request).get_client_ip(request)


def redirect_to_added(license):
    return redirect(f"{reverse('licenses:index')}?added={license.pk}")


@require_POST
def add_waiting(request):
    """Add the code that waited through registration; what is refused goes back into the field."""
    pk = whole_number(request.POST.get("waiting", ""))
    text = services.waiting_text(user=request.user, pk=pk)
    if text is None:
        return redirect("licenses:index")
    try:
        return redirect_to_added(
            services.add_waiting_code(user=request.user, pk=pk, address=client_address(request), at=request.now)
        )
    except Refusal as refusal:
        return refused(request, CodeForm({"code": text}), refusal)


@require_POST
def drop_waiting(request):
    services.drop_waiting_code(user=request.user, pk=whole_number(request.POST.get("waiting", "")))
    messages.info(request, _("Your code was taken out. It was not used, so you can add it later."))
    return redirect("licenses:index")


@sensitive_post_parameters("code")
@require_POST
def claim(request):
    """“I am the buyer”: the answer is the same whether or not somebody holds the code."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return render_index(request, form)
    try:
        with even_time():
            services.claim_code(
                user=request.user, text=form.cleaned_data["code"], address=client_address(request), at=request.now
            )
    except Refusal as refusal:
        return refused(request, form, refusal)
    messages.info(
        request,
        _(
            "We have asked the person who holds this license to release it. They have 24 hours. "
            "When they agree, the license appears here and you get a message."
        ),
    )
    return redirect("licenses:index")


@require_http_methods(["GET", "HEAD", "POST"])
def release(request, pk):
    """The holder's answer to a claim."""
    claim = get_object_or_404(CodeClaim.objects.for_holder(request.user).select_related("code__term__license"), pk=pk)
    standing = standing_or_404(request, claim.code.term.license_id)
    if request.method == "POST":
        try:
            services.release_license(user=request.user, claim=claim, at=request.now)
            messages.success(request, _("The license was handed over. Its devices are disconnected."))
        except Refusal as refusal:
            messages.error(request, " ".join(refusal.messages))
        return redirect("licenses:index")
    context = {"claim": claim, "standing": standing, "is_open": claim.is_open_at(request.now)}
    return render(request, "licenses/release.html", context)


@require_safe
def detail(request, pk):
    standing = standing_or_404(request, pk, with_moves=True)
    license = standing.license
    is_to_free = standing.is_running and standing.is_full and bool(standing.devices)
    context = {
        "standing": standing,
        "lead": lead(standing),
        "devices": longest_unseen_first(standing) if is_to_free else standing.devices,
        "is_to_free": is_to_free,
        "moves": standing.moves,
        "events": license.events.since_handed_over()[:NEWEST_EVENTS],
        "hop": hop_of(request, standing),
        "moved": moved_from(license, request.GET.get("moved", "")),
        "renewing_order": Order.objects.renewing(license) if standing.renews_next else None,
    }
    return render(request, "licenses/detail.html", context)


def hop_of(request, standing):
    """Where the devices of a license that is over can go; None when there is nothing to move, or nowhere."""
    if not standing.is_over or not standing.seats:
        return None
    owned = License.objects.for_user(request.user).filter(product=standing.product)
    return find_hop(standing, standings_of(request, owned))


def moved_from(license, to):
    """The seats to which the last press moved devices of this license; `to` is where they went."""
    if not to.isdecimal() or len(to) > 18:
        return []
    there = Seat.objects.held().for_user(license.owner_id).filter(license=to, moved_from__license=license)
    seats = list(there.select_related("license__product"))
    last = max((seat.connected_at for seat in seats), default=None)
    return [seat for seat in seats if seat.connected_at == last]


@require_POST
def move(request, pk):
    """Move the devices of a license that is over, as many as fit on another one."""
    license = get_object_or_404(License.objects.for_user(request.user), pk=pk)
    seats = services.move_devices(license=license, actor=request.user, at=request.now)
    if not seats:
        messages.info(request, _("There is nothing to move: no device is left here, or no seat is free elsewhere."))
        return redirect(license)
    return redirect(f"{license.get_absolute_url()}?moved={seats[0].license_id}")


@require_safe
def archived(request):
    standings = standings_of(request, License.objects.for_user(request.user).archived())
    return render(request, "licenses/archived.html", {"standings": standings})


@require_POST
def archive(request, pk):
    license = get_object_or_404(License.objects.for_user(request.user), pk=pk)
    try:
        services.archive_license(license=license, actor=request.user, at=request.now)
        messages.success(request, _("The license was archived. You find it below the list."))
    except Refusal as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("licenses:index")


@require_POST
def restore(request, pk):
    license = get_object_or_404(License.objects.for_user(request.user), pk=pk)
    services.restore_license(license=license, actor=request.user, at=request.now)
    return redirect(license)
