"""What the Licenses tab says, derived from the licenses and their seats."""

from collections import Counter
from collections.abc import Iterable

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from licenses.models import License
from portal.ui.words import day

State = License.State
MOST_IN_WORDS = 9


def in_order(licenses: Iterable[License]) -> list[License]:
    """Put first what needs its owner: what ends soon, is blocked, or has a device without a seat; what is over last.

    Within each the newest comes first; of what ends soon, that which ends first.
    """
    newest_first = sorted(licenses, key=lambda license: (license.created_at, license.pk), reverse=True)
    ends_first = sorted(newest_first, key=lambda license: license.ends_at.timestamp() if is_ending(license) else 0)
    return sorted(ends_first, key=urgency)


def urgency(license: License) -> int:
    if is_ending(license):
        return 0
    if license.state == State.BLOCKED:
        return 1
    if license.is_running and not all(has_seat for _device, has_seat in license.devices):
        return 2
    return 4 if license.state == State.EXPIRED else 3


def is_ending(license: License) -> bool:
    return license.state == State.ENDING


def summary(licenses: list[License], *, code_waits: bool = False) -> SafeString:
    """Say in one or two sentences how many licenses there are and how they do."""
    if not licenses and code_waits:
        return SafeString(_("No license yet. Add the code that waits, and it appears here."))
    if not licenses:
        return SafeString(_("No license yet. Add your activation code and it appears here."))
    count = len(licenses)
    total = ngettext(
        "You have <strong>%(count)d license</strong>.", "You have <strong>%(count)d licenses</strong>.", count
    )
    states = of_one(licenses[0]) if count == 1 else of_many(licenses)
    return format_html("{} {}", SafeString(total % {"count": count}), states)


def of_one(license: License) -> SafeString:
    if license.is_late:
        return bold(_("Its payment is late."))
    if is_ending(license):
        return bold(_("It ends %(when)s.") % {"when": when(license.days_left)})
    if license.state == State.BLOCKED:
        return bold(_("It is blocked."))
    if license.state == State.QUEUED:
        return SafeString(_("It starts on %(day)s.") % {"day": day(license.term.starts_at)})
    return SafeString(_("It has expired.") if license.state == State.EXPIRED else _("It is active."))


def of_many(licenses: list[License]) -> SafeString:
    """One sentence for all: “Two are active, one ends in 12 days, and one has expired.”"""
    counts = Counter(license.state for license in licenses)
    if counts[State.ACTIVE] == len(licenses):
        return SafeString(_("Both are active.") if len(licenses) == 2 else _("All are active."))
    soonest = min((license.days_left for license in licenses if is_ending(license)), default=0)
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


def lead(license: License) -> SafeString:
    """Say how one license does: what it protects, until when, and what comes first."""
    last, start = bold(day(license.last_day)), bold(day(license.term.starts_at) if license.term else "")
    if license.state == State.BLOCKED:
        return SafeString(_("It protects no device while it is blocked."))
    if license.state == State.EXPIRED:
        return SafeString(_("It ended on %(day)s and protects no device any more.") % {"day": last})
    if license.state == State.QUEUED:
        return SafeString(_("It starts on %(day)s and protects no device until then.") % {"day": start})
    sentences = [
        _("<strong>The payment is late.</strong>") if license.is_late else "",
        seats_sentence(license),
        until_sentence(license),
        renewed_sentence(license),
        _("To protect another device, free a seat first.") if license.is_full else "",
    ]
    return SafeString(" ".join(sentence for sentence in sentences if sentence))


def seats_sentence(license: License) -> str:
    used, total = license.seats_used, license.seats_total
    if total is None:
        text = ngettext(
            "Protects <strong>%(used)d device</strong>, without a limit.",
            "Protects <strong>%(used)d devices</strong>, without a limit.",
            used,
        )
    elif license.is_full:
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


def until_sentence(license: License) -> str:
    last, days = day(license.last_day), license.days_left
    if license.renews_next:
        return _("It renews by itself on %(day)s.") % {"day": last}
    if days == 0:
        return _("<strong>Today is the last day.</strong>")
    text = ngettext(
        "It runs until %(day)s, <strong>%(n)d day</strong> from today.",
        "It runs until %(day)s, <strong>%(n)d days</strong> from today.",
        days,
    )
    return text % {"day": last, "n": days}


def renewed_sentence(license: License) -> str:
    if not license.is_renewed:
        return ""
    return _("It is renewed already: on %(day)s it goes on by itself.") % {"day": day(license.term.ends_at)}


def longest_unseen_first(license: License) -> list[tuple]:
    """The devices of a license, that first which is the best to free a seat; those without a seat last."""
    return sorted(license.devices, key=lambda row: (not row[1], row[0].alive_at))


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
