"""What the Licenses tab says, derived from the licenses and their seats."""

from collections import Counter
from collections.abc import Iterable

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from licenses.standing import Placement, Standing, State
from portal.ui.words import day

MOST_IN_WORDS = 9


def in_order(standings: Iterable[Standing]) -> list[Standing]:
    """Put first what needs its owner: what ends soon, is blocked, or has a device without a seat; what is over last.

    Within each the newest comes first; of what ends soon, that which ends first.
    """
    newest_first = sorted(standings, key=lambda one: (one.license.created_at, one.license.pk), reverse=True)
    ends_first = sorted(newest_first, key=lambda one: one.ends_at.timestamp() if one.ends_at and is_ending(one) else 0)
    return sorted(ends_first, key=urgency)


def urgency(standing: Standing) -> int:
    if is_ending(standing):
        return 0
    if standing.state == State.BLOCKED:
        return 1
    if standing.is_running and not all(placed.has_seat for placed in standing.devices):
        return 2
    return 4 if standing.state == State.EXPIRED else 3


def is_ending(standing: Standing) -> bool:
    return standing.state == State.ENDING


def summary(standings: list[Standing], *, code_waits: bool = False) -> SafeString:
    """Say in one or two sentences how many licenses there are and how they do."""
    if not standings and code_waits:
        return SafeString(_("No license yet. Add the code that waits, and it appears here."))
    if not standings:
        return SafeString(_("No license yet. Add your activation code and it appears here."))
    count = len(standings)
    total = ngettext(
        "You have <strong>%(count)d license</strong>.", "You have <strong>%(count)d licenses</strong>.", count
    )
    states = of_one(standings[0]) if count == 1 else of_many(standings)
    return format_html("{} {}", SafeString(total % {"count": count}), states)


def of_one(standing: Standing) -> SafeString:
    if standing.is_late:
        return bold(_("Its payment is late."))
    if is_ending(standing):
        return bold(_("It ends %(when)s.") % {"when": when(standing.days_left)})
    if standing.state == State.BLOCKED:
        return bold(_("It is blocked."))
    if standing.state == State.QUEUED and standing.term:
        return SafeString(_("It starts on %(day)s.") % {"day": day(standing.term.starts_at)})
    return SafeString(_("It has expired.") if standing.state == State.EXPIRED else _("It is active."))


def of_many(standings: list[Standing]) -> SafeString:
    """One sentence for all: “Two are active, one ends in 12 days, and one has expired.”"""
    counts = Counter(standing.state for standing in standings)
    if counts[State.ACTIVE] == len(standings):
        return SafeString(_("Both are active.") if len(standings) == 2 else _("All are active."))
    soonest = min((standing.days_left for standing in standings if is_ending(standing)), default=0)
    clauses = {
        State.ACTIVE: ngettext("%(n)s is active", "%(n)s are active", counts[State.ACTIVE]),
        State.ENDING: ngettext("%(n)s ends %(when)s", "%(n)s end soon, the first %(when)s", counts[State.ENDING]),
        State.BLOCKED: ngettext("%(n)s is blocked", "%(n)s are blocked", counts[State.BLOCKED]),
        State.QUEUED: ngettext("%(n)s starts later", "%(n)s start later", counts[State.QUEUED]),
        State.EXPIRED: ngettext("%(n)s has expired", "%(n)s have expired", counts[State.EXPIRED]),
    }
    number = in_words if max(counts.values()) <= MOST_IN_WORDS else str
    said: list[str] = []
    for state in [state for state in clauses if counts[state]]:
        text = clauses[state] % {"n": number(counts[state]), "when": when(soonest)}
        text = text if said else capfirst(text)
        said.append(bold(text) if state in (State.ENDING, State.BLOCKED) else text)
    if len(said) == 1:
        return format_html("{}.", said[0])
    # The first ones are separated by commas, the last one as the language wants it.
    first = SafeString(", ".join(said[:-1]))
    return SafeString(_("%(first)s, and %(last)s.") % {"first": first, "last": said[-1]})


def lead(standing: Standing) -> SafeString:
    """Say how one license does: what it protects, until when, and what comes first."""
    last, start = bold(day(standing.last_day)), bold(day(standing.term.starts_at) if standing.term else "")
    if standing.state == State.BLOCKED:
        return SafeString(_("It protects no device while it is blocked."))
    if standing.state == State.EXPIRED:
        return SafeString(_("It ended on %(day)s and protects no device any more.") % {"day": last})
    if standing.state == State.QUEUED:
        return SafeString(_("It starts on %(day)s and protects no device until then.") % {"day": start})
    sentences = [
        _("<strong>The payment is late.</strong>") if standing.is_late else "",
        seats_sentence(standing),
        until_sentence(standing),
        renewed_sentence(standing),
        _("To protect another device, free a seat first.") if standing.is_full else "",
    ]
    return SafeString(" ".join(sentence for sentence in sentences if sentence))


def seats_sentence(standing: Standing) -> str:
    used, total = standing.seats_used, standing.seats_total
    if total is None:
        text = ngettext(
            "Protects <strong>%(used)d device</strong>, without a limit.",
            "Protects <strong>%(used)d devices</strong>, without a limit.",
            used,
        )
    elif standing.is_full:
        text = ngettext(
            "<strong>Its only seat</strong> is in use.", "<strong>All %(total)d seats</strong> are in use.", total
        )
    elif used:
        text = _("Protects <strong>%(used)d of %(total)d devices</strong>.")
    else:
        text = ngettext(
            "<strong>%(total)d seat</strong> is waiting for your device.",
            "<strong>%(total)d seats</strong> are waiting for your devices.",
            total,
        )
    return text % {"used": used, "total": total}


def until_sentence(standing: Standing) -> str:
    last, days = day(standing.last_day), standing.days_left
    if standing.renews_next:
        return _("It renews by itself on %(day)s.") % {"day": last}
    if days == 0:
        return _("<strong>Today is the last day.</strong>")
    text = ngettext(
        "It runs until %(day)s, <strong>%(n)d day</strong> from today.",
        "It runs until %(day)s, <strong>%(n)d days</strong> from today.",
        days,
    )
    return text % {"day": last, "n": days}


def renewed_sentence(standing: Standing) -> str:
    if standing.term is None or not standing.is_renewed:
        return ""
    return _("It is renewed already: on %(day)s it goes on by itself.") % {"day": day(standing.term.ends_at)}


def longest_unseen_first(standing: Standing) -> list[Placement]:
    """The devices of a license, that first which is the best to free a seat; those without a seat last."""
    return sorted(standing.devices, key=lambda placed: (not placed.has_seat, placed.device.alive_at))


def when(days: int) -> str:
    """How far away a day is: “today”, “in 12 days”."""
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days} if days else _("today")


def bold(text: str) -> SafeString:
    return format_html("<strong>{}</strong>", text)


def in_words(count: int) -> str:
    """Write a small number of licenses, as it stands before “is active”."""
    numbers = [
        pgettext("number of licenses", "one"),
        pgettext("number of licenses", "two"),
        pgettext("number of licenses", "three"),
        pgettext("number of licenses", "four"),
        pgettext("number of licenses", "five"),
        pgettext("number of licenses", "six"),
        pgettext("number of licenses", "seven"),
        pgettext("number of licenses", "eight"),
        pgettext("number of licenses", "nine"),
    ]
    return numbers[count - 1]
