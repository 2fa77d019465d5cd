"""How the portal writes a moment or a count, wherever a person reads it: pages, mails, refusals, a product’s window.

Language and time zone are those that are active; a service, which may be called by a program or a command, hands in
the zone of the person who will read it.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

# Not printable by themselves, but Persian words and families of emoji are written with them.
JOINERS = "\u200c\u200d"


def day(value: date | datetime | None, zone: ZoneInfo | None = None) -> str:
    """Write a date as people say it, "6 December 2026"."""
    return date_format(local(value, zone), pgettext("format of a date", "j F Y")) if value else ""


def moment(value: datetime | None, zone: ZoneInfo | None = None) -> str:
    """Write a date with its time, "22 August 2026, 19:40"."""
    return date_format(local(value, zone), pgettext("format of a date with time", "j F Y, H:i")) if value else ""


def clock(value: datetime | None, zone: ZoneInfo | None = None) -> str:
    """Write a time of day, "09:46"."""
    return date_format(local(value, zone), pgettext("format of a time", "H:i")) if value else ""


def from_now(value: datetime, at: datetime) -> str:
    """Write how long a wait is, never too short: "in 15 minutes", "in 2 hours", "in 3 days"."""
    wait = value - at
    minutes, hours, whole_days = (max(1, -(-wait // timedelta(**{unit: 1}))) for unit in ("minutes", "hours", "days"))
    if minutes <= 90:
        return ngettext("in %(count)d minute", "in %(count)d minutes", minutes) % {"count": minutes}
    if hours <= 47:
        return ngettext("in %(count)d hour", "in %(count)d hours", hours) % {"count": hours}
    return ngettext("in %(count)d day", "in %(count)d days", whole_days) % {"count": whole_days}


def last_seen(value: datetime | None, at: datetime) -> str:
    """Write a moment of the past as short as it is still clear: "now", "today, 08:12", "3 days ago", "22 August"."""
    if value is None:
        return _("never")
    if at - value < timedelta(minutes=5):
        return _("now")
    then, today = timezone.localtime(value), timezone.localtime(at)
    passed = (today.date() - then.date()).days
    if passed == 0:
        return _("today, %(time)s") % {"time": clock(value)}
    if passed == 1:
        return _("yesterday")
    if passed < 7:
        return ngettext("%(days)s day ago", "%(days)s days ago", passed) % {"days": passed}
    if then.year == today.year:
        return date_format(then, pgettext("format of a date without year", "j F"))
    return day(value)


def days(count: int) -> str:
    """Write how many whole days are left, in a number and a word: "12 days", "Last day"."""
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count} if count else _("Last day")


def days_left(count: int) -> str:
    """Write the same where nothing beside it says that they are left: "12 days left", "Last day"."""
    return ngettext("%(n)s day left", "%(n)s days left", count) % {"n": count} if count else _("Last day")


def days_ago(count: int) -> str:
    """Write how many days have passed: "3 days ago", "Today"."""
    return ngettext("%(n)s day ago", "%(n)s days ago", count) % {"n": count} if count else _("Today")


def number(value: int) -> str:
    """Write a count so that it can be read at once: "1,204"."""
    return number_format(value, force_grouping=True)


def one_line(text: str) -> str:
    """Write text on one line, without characters that nobody sees: controls, marks that turn the direction."""
    seen = (" " if sign.isspace() else sign for sign in text if sign.isspace() or sign.isprintable() or sign in JOINERS)
    line = " ".join("".join(seen).split())
    return line if line.strip(JOINERS) else ""


def local(value: date | datetime, zone: ZoneInfo | None = None) -> date | datetime:
    return timezone.localtime(value, zone) if isinstance(value, datetime) and timezone.is_aware(value) else value
