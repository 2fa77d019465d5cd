"""The operator's name, links and color, for every template and mail."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# The line that the demonstration sets, so that it has a translation; an operator’s own stands as it is.
DEMONSTRATION = gettext_noop("Independent demonstration, not affiliated with AO Kaspersky Lab")


def brand(request: HttpRequest | None = None) -> dict:
    """Give templates the operator's brand (a context processor)."""
    return {
        "brand": {
            "name": settings.SITE_NAME,
            "support_url": settings.SUPPORT_URL,
            "help_url": settings.HELP_URL,
            "privacy_url": settings.PRIVACY_URL,
            "terms_url": settings.TERMS_URL,
            "disclaimer": gettext(settings.DISCLAIMER) if settings.DISCLAIMER else "",
            "accent": settings.ACCENT_COLOR,
            "glyph_url": settings.GLYPH_URL,
            "demo": not settings.PRODUCTION,
        }
    }


@login_not_required
@require_safe
@cache_control(max_age=3600, public=True)
def accent_css(request: HttpRequest) -> HttpResponse:
    """The accent as custom properties; a style sheet of its own, because the policy forbids inline styles."""
    accent = settings.ACCENT_COLOR or "#005d5f"
    css = f"""
:root {{ --accent: {accent}; --accent-hover: color-mix(in oklab, {accent} 80%, black);
  --accent-soft: color-mix(in oklab, {accent} 14%, white); }}
@media (prefers-color-scheme: dark) {{ :root {{ --accent: color-mix(in oklab, {accent} 45%, white);
  --accent-hover: color-mix(in oklab, {accent} 30%, white);
  --accent-soft: color-mix(in oklab, {accent} 40%, black); }} }}
"""
    return HttpResponse(css, content_type="text/css")
