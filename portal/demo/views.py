"""`/dev/mail/`: what the mail worker delivered, readable in the browser; not installed in production."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from .mail import Letter, newest_letters, read_letter

SHOWN = 100
AS_IN_MAIL_PROGRAMS = {
    "script-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
}
AS_IN_MAIL_PROGRAMS = {
    "script-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
}


@require_safe
@login_not_required
@never_cache
def mail(request: HttpRequest) -> HttpResponse:
    """List the newest mails."""
    return render(request, "demo/mail.html", {"letters": list(newest_letters(SHOWN))})


@require_safe
@login_not_required
@never_cache
@csp_replace({"frame-src": [SELF]})  # type: ignore[arg-type]  # its stub knows no view with arguments
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail: its text, and its HTML in a frame."""
    return render(request, "demo/letter.html", {"letter": find(name)})


@require_safe
@login_not_required
@never_cache
@xframe_options_sameorigin
@csp_replace(AS_IN_MAIL_PROGRAMS)  # type: ignore[arg-type]  # its stub knows no view with arguments
def letter_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of one mail for the frame: styles as mail programs allow them, no scripts, links leave the frame."""
    return HttpResponse(find(name).html.replace("<head>", '<head><base target="_top">', 1))


def find(name: str) -> Letter:
    found = read_letter(name)
    if found is None:
        raise Http404
    return found
