"""How a page draws a license: chip, tile, line of time. Every template has these tags without `{% load %}`."""

from typing import NamedTuple

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from licenses.standing import Standing, State
from portal.ui import tags

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
    return tags.chip(LOOKS[standing.state].chip, _("Payment is late") if standing.is_late else standing.state.label)


@register.simple_tag
def license_tile(standing: Standing, size: str = "") -> SafeString:
    """Draw the tile of its product; gray when it is over."""
    return tags.tile(standing.product.icon, 0 if standing.is_over else standing.product.tone, size)


@register.simple_tag
def license_line(standing: Standing, full: bool = False) -> SafeString:
    """Draw how much of its time is past; `full` when that no longer matters."""
    return tags.term_line(100 if full else percent_past(standing), LOOKS[standing.state].line)


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
