"""How a page draws a license: chip, tile, seats and time. Every template has these tags without `{% load %}`."""

from typing import NamedTuple

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licenses.standing import Standing, State
from portal.ui import tags
from portal.ui.words import day, days, days_ago

register = template.Library()


class Look(NamedTuple):
    """How a state is drawn: the edge of its card, its chip, its line of time."""

    edge: str
    chip: str
    line: str


LOOKS = {
    State.ACTIVE: Look("ok", "ok", ""),
    State.ENDING: Look("warn", "warn", "warn"),
    State.QUEUED: Look("ok", "locked", ""),
    State.EXPIRED: Look("end", "end", "end"),
    State.BLOCKED: Look("end", "end", "end"),
}


@register.filter
def edge(standing: Standing) -> str:
    """The kind of the card's edge: well, soon to end, or over."""
    return LOOKS[standing.state].edge


@register.simple_tag
def license_chip(standing: Standing) -> SafeString:
    """Draw the state of a license."""
    return tags.chip(
        LOOKS[standing.state].chip, str(_("Payment is late") if standing.is_late else standing.state.label)
    )


@register.simple_tag
def license_tile(standing: Standing, size: str = "") -> SafeString:
    """Draw the tile of its product; gray when it is over."""
    return tags.tile(standing.product.icon, 0 if standing.is_over else standing.product.tone, size)


@register.simple_tag
def license_line(standing: Standing, full: bool = False) -> SafeString:
    """Draw how much of its time is past; `full` when that no longer matters."""
    return tags.term_line(100 if full else percent_past(standing), LOOKS[standing.state].line)


@register.simple_tag
def seats_fact(standing: Standing, short: bool = False) -> SafeString:
    """Draw how many devices a license protects now, in a number, cells and words; `short` leaves the words out."""
    used, total, is_running = standing.seats_protected, standing.seats_total, standing.is_running
    number = _("%(used)s <small>of %(total)s</small>") % {"used": used, "total": total} if total is not None else used
    label = _("%(product)s, seats in use") % {"product": standing.product.name}
    meter = tags.seat_meter(used if is_running else 0, total, label, off=not is_running)
    is_said = not short or (total is None and is_running)
    words = format_html('<span class="fact__c">{}</span>', seats_words(standing)) if is_said else ""
    return format_html('<span class="fact__n">{}</span>\n{}\n{}', SafeString(number), meter, words)


def seats_words(standing: Standing) -> str:
    """How its seats are, in a few words."""
    if standing.is_over:
        return _("Seats are closed")
    if not standing.is_running:
        return _("Seats open when it starts")
    missing, free = standing.seats_missing, standing.seats_free
    if missing:
        return ngettext("%(n)s device has no seat", "%(n)s devices have no seat", missing) % {"n": missing}
    if free is None:
        return _("No limit on devices")
    return ngettext("%(n)s seat free", "%(n)s seats free", free) % {"n": free} if free else _("All seats in use")


@register.simple_tag
def time_fact(standing: Standing) -> SafeString:
    """Draw how the time of a license stands, in a number, a line and words."""
    number, words = time_words(standing)
    line = license_line(standing, full=standing.is_over)
    html = '<span class="fact__n">{}</span>\n{}\n<span class="fact__c">{}</span>'
    return format_html(html, number, line, words)


def time_words(standing: Standing) -> tuple[str, str]:
    """How many days it has, or is over; and the day on which it starts, ended, renews or ends."""
    if standing.state == State.QUEUED:
        starts_at = standing.term.starts_at if standing.term else None
        return days(standing.days_until_start), _("on %(day)s") % {"day": day(starts_at)}
    if standing.state == State.EXPIRED:
        return days_ago(standing.days_over), _("on %(day)s") % {"day": day(standing.last_day)}
    if standing.state == State.BLOCKED:
        return days_ago(standing.days_blocked), _("on %(day)s") % {"day": day(standing.license.blocked_at)}
    text = _("renews on %(day)s") if standing.renews_next else _("until %(day)s")
    return days(standing.days_left), text % {"day": day(standing.last_day)}


def percent_past(standing: Standing) -> float:
    """How much is past, 0 to 100, from the start of the term in force to the end of protection."""
    if not (standing.term and standing.ends_at):
        return 100.0
    begun = standing.at - standing.term.starts_at
    return max(0.0, min(1.0, begun / (standing.ends_at - standing.term.starts_at))) * 100


@register.filter
def code_mask(standing: Standing) -> str:
    """The hidden groups of the code that started the term, as bullets."""
    groups = standing.term.code.batch.groups if standing.term and standing.term.code else 1
    return "•••••-" * (groups - 1)
