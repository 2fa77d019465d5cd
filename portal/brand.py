"""The operator's name, links and color, for every template and mail."""

import re

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

HEX_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
READABLE = 4.5  # WCAG 2.2, 1.4.3: text against its ground


def brand(request: HttpRequest | None = None) -> dict:
    """Give templates the operator's brand (a context processor)."""
    return {
        "brand": {
            "name": settings.SITE_NAME,
            "support_url": settings.SUPPORT_URL,
            "help_url": settings.HELP_URL,
            "privacy_url": settings.PRIVACY_URL,
            "terms_url": settings.TERMS_URL,
            "disclaimer": settings.DISCLAIMER,
            "accent": settings.ACCENT_COLOR,
            "glyph_url": settings.GLYPH_URL,
            "demo": not settings.PRODUCTION,
        }
    }


def luminance(color: str) -> float:
    """Relative luminance of a #rrggbb color (WCAG 2.2)."""
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def check_accent(color: str) -> None:
    """Refuse an accent on which white text, or which as text on white, could not be read."""
    if not HEX_COLOR.fullmatch(color):
        raise ImproperlyConfigured(f"PORTAL_ACCENT must look like #005d5f, not {color!r}")
    if 1.05 / (luminance(color) + 0.05) < READABLE:
        raise ImproperlyConfigured(f"PORTAL_ACCENT {color} is too light for white text (contrast below {READABLE})")


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
