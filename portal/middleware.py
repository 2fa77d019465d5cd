"""What every request passes before a view sees it."""

from django.http import HttpRequest, HttpResponseBadRequest
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string


class CompressPages(GZipMiddleware):
    """Compress pages only: a file that is sent in ranges must keep its length. (Django pads against BREACH.)"""

    def process_response(self, request, response):
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response


class RefuseNulBytes:
    """Answer 400 where an address or a form holds a NUL byte: PostgreSQL cannot store one and would answer 500."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        if "\x00" in request.path_info or any(holds_nul(values) for _, values in request.GET.lists()):
            return refuse()
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs):
        """Read the form only now, so that a view may still set upload handlers or stream the body."""
        if request.method == "POST" and any(holds_nul(values) for _, values in request.POST.lists()):
            return refuse()
        return None


def holds_nul(values: list) -> bool:
    return any("\x00" in value for value in values if isinstance(value, str))


def refuse() -> HttpResponseBadRequest:
    return HttpResponseBadRequest(render_to_string("400.html"))
