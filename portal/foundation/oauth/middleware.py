"""Lets the forms that lead back to an app get there."""

from http import HTTPStatus

from csp.decorators import csp_update
from django.http import HttpRequest
from django.urls import reverse

from .allauth_seam import login_in_progress
from .authorize import form_source, parameters_behind


class WidenFormAction:
    """Widen `form-action` by the one address of the app that waits behind this page, and by no other.

    The redirect to the app can follow the consent form, and, where there is no consent, the form of the sign-in, of
    the registration's mail or of the password that is asked for once more.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        response = self.get_response(request)
        # A refused request may hold text that no database takes, and has no form of ours anyway.
        parameters = app_behind(request) if response.status_code == HTTPStatus.OK else {}
        source = parameters and form_source(parameters)
        if source:
            return csp_update({"form-action": [source]})(lambda _request: response)(request)
        return response


def app_behind(request: HttpRequest) -> dict:
    """Return the authorize request that this page leads to, if it leads to one."""
    if request.path == reverse("idp:oidc:authorization"):
        return {**request.GET.dict(), **request.POST.dict()}
    next_address = request.POST.get("next") or request.GET.get("next")
    if not next_address and request.path.startswith(reverse("account_email_verification_sent")):
        # The link of the registration's mail goes on where the registration began, which its browser remembers.
        waiting = login_in_progress(request)
        next_address = waiting and waiting.redirect_url
    return parameters_behind(next_address) if next_address else {}
