"""The demonstration has one address, although a computer has several names for itself."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect

NAMES = {"localhost", "127.0.0.1", "::1"}


class OneAddress:
    """Lead a browser from another name of this computer to PORTAL_URL, as links in mails do.

    A sign-in counts for one name only, so whoever came from a mail would seem to be signed out. Programs stay.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        if request.method == "GET" and "text/html" in request.headers.get("Accept", "") and is_other_name(request):
            return HttpResponseRedirect(settings.PORTAL_URL + request.get_full_path())
        return self.get_response(request)


def is_other_name(request: HttpRequest) -> bool:
    here, home = urlsplit(f"//{request.get_host()}"), urlsplit(settings.PORTAL_URL)
    return here.port == home.port and here.hostname != home.hostname and {here.hostname, home.hostname} <= NAMES
