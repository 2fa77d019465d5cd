"""The parts of pages as template tags and filters; every template has them without `{% load %}`.

What is drawn many times a page, from few things to say, is drawn once and remembered (`drawn_…`); by the types of its
arguments too, so that no text is taken for the same text that is escaped already.
"""

from functools import lru_cache

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import BoundField, CheckboxInput
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.ui import words
from portal.ui.brand import brand

register = template.Library()

CHIP_ICONS = {"ok": "check", "warn": "clock", "end": "end", "locked": "lock"}
STATE_ICONS = {"ok": "ok", "warn": "warn", "idle": "clock", "end": "alert"}
NOTICE_ICONS = {"ok": "check", "warn": "warn", "end": "alert", "info": "info"}
CLOSED_CELLS = 5  # of a license without a limit, when its seats are closed
MOST_CELLS = 25  # beyond that the cells cannot be counted any more, and the text beside them says it all


@register.simple_tag
def icon(name: str, flip: bool = False) -> SafeString:
    """Draw a glyph of `img/icons.svg`; `flip` mirrors it where the language runs from right to left."""
    return drawn_icon(name, "i i--flip" if flip else "i", asset("img/icons.svg"))


@lru_cache(maxsize=500, typed=True)
def drawn_icon(name: str, css: str, sheet: str) -> SafeString:
    href = f"{sheet}#{name}"
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><use href="{}"/></svg>', css, href)


@register.simple_tag
def tile(name: str, tone: int = 1, size: str = "") -> SafeString:
    """Draw a product's tile: `tone` 1 to 5, or 0 for expired and locked; `size` "s" or "l"."""
    css = f"tile tile--{tone}" + (f" tile--{size}" if size else "")
    return format_html('<span class="{}">{}</span>', css, icon(name))


@register.simple_tag
def glyph(name: str, size: str = "") -> SafeString:
    """Draw the shape of a device in its well; `size` "l" for the head of a page."""
    return drawn_glyph(f"glyph glyph--{size}" if size else "glyph", icon(name))


@lru_cache(maxsize=100, typed=True)
def drawn_glyph(css: str, drawn: SafeString) -> SafeString:
    return format_html('<span class="{}">{}</span>', css, drawn)


@register.simple_tag
def chip(kind: str, text: str) -> SafeString:
    """Draw the state of a license: "ok", "warn", "end" or "locked", always an icon and a word."""
    return format_html('<span class="chip chip--{}">{}{}</span>', kind, icon(CHIP_ICONS[kind]), text)


@register.simple_tag
def state(kind: str, text: str) -> SafeString:
    """Draw the state of a device: "ok", "warn", "idle" or "end", always an icon and a word."""
    return drawn_state(kind, icon(STATE_ICONS[kind]), text if isinstance(text, SafeString) else str(text))


@lru_cache(maxsize=200, typed=True)
def drawn_state(kind: str, drawn: SafeString, text: str) -> SafeString:
    return format_html('<span class="state state--{}">{}<span>{}</span></span>', kind, drawn, text)


@register.simple_tag
def seat_meter(used: int, total: int | None, label: str, off: bool = False, soon: int = 0) -> SafeString:
    """Draw one cell a seat; `total` None is a license without a limit, `off` one whose seats are closed.

    `soon` more would be taken by what the page offers: they count as used, and are drawn dashed.
    """
    if total is None and off:
        return SafeString('<span class="seats seats--off" aria-hidden="true">' + "<i></i>" * CLOSED_CELLS + "</span>")
    if total is None:
        return SafeString('<span class="seats seats--open" aria-hidden="true"></span>')
    if total > MOST_CELLS:
        return SafeString("")
    drawn = ['<i class="on"></i>'] * used + ['<i class="soon"></i>'] * soon
    cells = SafeString("".join((drawn + ["<i></i>"] * total)[:total]))
    return format_html(
        '<span class="{}" role="meter" aria-label="{}" aria-valuemin="0" aria-valuemax="{}" aria-valuenow="{}"'
        ' aria-valuetext="{}">{}</span>',
        "seats seats--off" if off else "seats",
        label,
        total,
        min(used + soon, total),
        _("%(used)s of %(total)s") % {"used": used + soon, "total": total},
        cells,
    )


@register.simple_tag
def term_line(percent: float, kind: str = "") -> SafeString:
    """Draw how much of a term is over, 0 to 100; `kind` "warn" when it ends soon, "end" when it has ended."""
    return format_html(
        '<svg class="{css}" aria-hidden="true"><line x1="0" x2="100%" y1="5" y2="5"/>'
        '<line class="past" x1="0" x2="{percent}%" y1="5" y2="5"/><circle cx="{percent}%" cy="5" r="4"/></svg>',
        css=f"term term--{kind}" if kind else "term",
        percent=f"{min(max(float(percent), 0), 100):.1f}",
    )


@register.inclusion_tag("components/copy_button.html")
def copy_button(target: str, label: str) -> dict:
    """Offer to copy the text of the element with the id `target`; `label` says what ("Copy support key")."""
    return {"target": target, "label": label}


@register.inclusion_tag("components/mark.html")
def mark(css: str = "mark") -> dict:
    """Draw the five bars."""
    return {"css": css}


@register.simple_block_tag
def notice(content: str, kind: str, title: str, id: str = "", close: str = "", level: int = 2, size: str = "") -> str:
    """Say what happened ("ok", "end": takes the focus) or what stands ("warn", "info"); `close` is where ✕ leads."""
    return render_to_string(
        "components/notice.html",
        {
            "content": content,
            "kind": kind,
            "icon_name": NOTICE_ICONS[kind],
            "title": title,
            "id": f"notice-{id or kind}",
            "close": close,
            "heading": f"h{level}",
            "size": size,
            "focus": kind in ("ok", "end"),
        },
    )


@register.simple_block_tag
def more(content: str, title: str, open: bool = False) -> SafeString:
    """Fold text away behind a question."""
    return format_html(
        '<details class="more"{}><summary>{}{}</summary>{}</details>',
        SafeString(" open") if open else "",
        title,
        icon("down"),
        content,  # rendered by the template between the tags, so escaped already
    )


@register.simple_tag
def control(field: BoundField, described_by: str = "") -> SafeString:
    """Render the widget of a form field in our clothes; a class that the form gave it wins."""
    widget = field.field.widget
    attrs: dict[str, str | bool] = {}
    if "class" not in widget.attrs and not isinstance(widget, CheckboxInput):
        attrs["class"] = "input"
    if described_by:
        attrs["aria-describedby"] = f"{described_by} {field.auto_id}_error" if field.errors else described_by
    return field.as_widget(attrs=attrs)


@register.inclusion_tag("components/password_rules.html")
def password_rules(field: BoundField) -> dict:
    """List the rules of a password; after a refusal with which of them it kept, because the field comes back empty.

    What the rules show already is not said a second time below them.
    """
    rules = {
        "password_too_short": ("length", _("8 or more characters")),
        "password_no_digit": ("digit", _("A digit")),
        "password_no_upper": ("upper", _("An upper-case letter")),
        "password_no_lower": ("lower", _("A lower-case letter")),
    }
    refusals = field.form.errors.as_data().get(field.name, [])
    codes = {refusal.code for refusal in refusals}
    was_judged = codes and not codes & {"required", "max_length"}
    states = [(*rule, ("miss" if code in codes else "met") if was_judged else "open") for code, rule in rules.items()]
    others = [refusal for refusal in refusals if not was_judged or refusal.code not in rules]
    return {"field": field, "rules": states, "errors": [text for refusal in others for text in refusal.messages]}


@register.simple_tag
def site() -> dict:
    """Give the brand to pages that have no context at all (the error pages)."""
    return brand()["brand"]


@register.simple_tag
def asset(path: str) -> str:
    """Address of a static file that also works when the manifest is missing: the error pages must always render."""
    try:
        return staticfiles_storage.url(path)
    except ValueError:
        return settings.STATIC_URL + path


register.filter(words.day)
register.filter(words.moment)
register.filter(words.clock)
register.filter(words.last_seen)
register.filter(words.number)
register.filter(words.days_left)
register.filter(words.one_line, is_safe=True)
