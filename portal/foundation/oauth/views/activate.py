"""A device without a browser shows a code; here its owner types it, sees which device asks, and lets it in or not."""

from http import HTTPStatus

from allauth.account.adapter import get_adapter as get_account_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ..authorize import proved_at
from ..forms import UserCodeForm
from ..services import answer_device


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """Ask for the code; with one, name the device and ask about it. Only a press of a button decides."""
    typed = request.POST or request.GET
    form = UserCodeForm(typed if "code" in typed else None, person=request.user)
    if not form.is_valid():
        return ask_for_code(request, form)
    return decide(request, form) if request.method == "POST" else ask(request, form)


def ask_for_code(request: HttpRequest, form: UserCodeForm) -> HttpResponse:
    """Show the field for the code; to whoever just pressed a button, say that the code has run out meanwhile."""
    if request.method == "POST" and form.has_error("code", "unknown"):
        return render(request, "oauth/expired.html", status=HTTPStatus.GONE)
    return render(request, "oauth/activate.html", {"form": form})


def ask(request: HttpRequest, form: UserCodeForm) -> HttpResponse:
    """Say what tells one's own device from a stranger's."""
    grant = form.grant
    about = {
        "grant": grant,
        "code": form.cleaned_data["code"],
        "near": grant.address == get_account_adapter(request).get_client_ip(request),
        "minutes": int((request.now - grant.asked_at).total_seconds() // 60),
    }
    return render(request, "oauth/confirm.html", about)


def decide(request: HttpRequest, form: UserCodeForm) -> HttpResponse:
    confirm = request.POST.get("action") == "confirm"
    proved = proved_at(request)
    try:
        grant = answer_device(device_code=form.device_code, user=request.user, authenticated_at=proved, confirm=confirm)
    except ValidationError:
        return render(request, "oauth/expired.html", status=HTTPStatus.GONE)
    return render(request, f"oauth/{'confirmed' if confirm else 'refused'}.html", {"grant": grant})
