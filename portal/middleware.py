"""What every request passes before a view sees it."""

import codecs
from datetime import MAXYEAR, MINYEAR
from http import HTTPStatus

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string
from django.utils import timezone

from .errors import method_not_allowed

# What no page of the portal asks a browser for, so that nothing that got into one could.
NOT_USED = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation"),
    *("gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment"),
    *("picture-in-picture", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
PERMISSIONS = ", ".join(f"{feature}=()" for feature in NOT_USED)


class SetHeaders:
    """Headers of every answer, of files and refusals too: what a page may use, who embeds it, that no error is kept."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            response.headers.setdefault("Cache-Control", "no-store")
        return without_body(response) if request.method == "HEAD" and not response.streaming else response


def without_body(response: HttpResponse) -> HttpResponse:
    """Keep what HEAD asks for; gunicorn writes a warning for each body that it has to drop (RFC 9110, 9.3.2)."""
    length = response.headers.get("Content-Length", str(len(response.content)))
    response.content = b""
    response.headers["Content-Length"] = length
    return response


class TakeMoment:
    """Take the time once, where a request comes in: all that it asks is answered for this moment, `request.now`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        request.now = timezone.now()  # type: ignore[attr-defined]
        return self.get_response(request)


class CompressPages(GZipMiddleware):
    """Compress pages only: a file that is sent in ranges must keep its length. (Django pads against BREACH.)"""

    def process_response(self, request, response):
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response


class RefuseOddText:
    """Answer 400 to text that a database cannot store, which would be a 500.

    That is a NUL byte (PostgreSQL) in an address, a form or a cookie, and any encoding but UTF-8: no browser sends a
    page's form in another one, and some (“unicode_escape”) make half characters of what was sent.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        if not is_utf8((request.content_params or {}).get("charset", "utf-8")):
            return refuse()
        texts = [[request.path_info], list(request.COOKIES.values()), *(values for _, values in request.GET.lists())]
        if any(map(holds_nul, texts)):
            return refuse()
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs):
        """Read the form only now, so that a view may still set upload handlers or stream the body."""
        if request.method == "POST" and any(holds_nul(values) for _, values in request.POST.lists()):
            return refuse()
        return None


class RefuseHandMadeRequests:
    """Answer 400 where Django's admin believes what no page of it sends, which would be a 500.

    Those are rows to act on that are no row's number, years that no calendar has, and related rows of a field with a
    search box, which is drawn again by asking for them.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs):
        pages = getattr(view, "model_admin", None)
        if pages is None:
            return None
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(is_key_of(pages.model, value) for value in chosen):
            return refuse()
        if any(name.endswith("__year") and not is_year(str(value)) for name, value in request.GET.items()):
            return refuse()
        names = [name for name in request.POST if name.split("-")[-1] in searched_fields(pages)]
        return None if all(is_number(request.POST[name]) for name in names if request.POST[name]) else refuse()


LARGEST_KEY = 2**63 - 1


def is_key_of(model, value: str) -> bool:
    try:
        key = model._meta.pk.to_python(value)
    except ValidationError:
        return False
    return key != "" and not (isinstance(key, int) and abs(key) > LARGEST_KEY)


def is_number(value: str) -> bool:
    return value.isdecimal() and int(value[:20]) <= LARGEST_KEY


def is_year(value: str) -> bool:
    return value.isdecimal() and MINYEAR <= int(value[:5]) <= MAXYEAR


def searched_fields(pages) -> set[str]:
    """Return the fields of the page and of its inlines that have a search box."""
    return {field for each in [pages, *pages.inlines] for field in each.autocomplete_fields}


class LeadToPages:
    """Answer a method that an address does not take: nobody is left with the browser's own error page.

    Addresses under /api/ answer in a problem document, which `portal.foundation.api.middleware` writes.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not request.path_info.startswith("/api/"):
            return method_not_allowed(request, response.headers["Allow"])
        return response


def is_utf8(charset: str) -> bool:
    """Tell whether this names UTF-8, or nothing at all, which everybody ignores."""
    try:
        return codecs.lookup(charset).name == "utf-8"
    except LookupError:
        return True
    except ValueError:
        return False


def holds_nul(values: list) -> bool:
    return any("\x00" in value for value in values if isinstance(value, str))


def refuse() -> HttpResponseBadRequest:
    return HttpResponseBadRequest(render_to_string("400.html"))
