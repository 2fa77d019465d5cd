"""Whether an accent can be read; settings ask before the portal starts."""

import re

from django.core.exceptions import ImproperlyConfigured

HEX_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
READABLE = 4.5  # WCAG 2.2, 1.4.3: text against its ground


def luminance(color: str) -> float:
    """Relative luminance of a #rrggbb color (WCAG 2.2)."""
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def readable_accent(color: str) -> str:
    """Return the color, or refuse one on which white text, or which as text on white, could not be read."""
    if not HEX_COLOR.fullmatch(color):
        raise ImproperlyConfigured(f"PORTAL_ACCENT must look like #005d5f, not {color!r}")
    if 1.05 / (luminance(color) + 0.05) < READABLE:
        raise ImproperlyConfigured(f"PORTAL_ACCENT {color} is too light for white text (contrast below {READABLE})")
    return color
