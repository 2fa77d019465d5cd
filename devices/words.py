"""What the Devices tab says above its list: whole sentences, so that other languages can say them their way."""

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def summary_text(summary: dict[str, int]) -> SafeString:
    """Say how many devices are connected, and how they are; the only markup is the translators' own."""
    total = summary["total"]
    if not total:
        return mark_safe(_("No device is connected yet."))  # noqa: S308
    sentences = about_one(summary) if total == 1 else about_several(summary)
    return mark_safe(" ".join(sentences))  # noqa: S308


def about_one(summary: dict[str, int]) -> list[str]:
    days = summary["days"]
    unseen = ngettext("It has not been seen for %(days)s day.", "It has not been seen for %(days)s days.", days)
    return [
        _("<strong>1 device</strong> is connected."),
        _("It is protected.")
        if summary["protected"]
        else _("<strong>It needs attention.</strong>")
        if summary["attention"]
        else unseen % {"days": days},
    ]


def about_several(summary: dict[str, int]) -> list[str]:
    total, protected, attention = summary["total"], summary["protected"], summary["attention"]
    connected = ngettext(
        "<strong>%(n)s device</strong> is connected.", "<strong>%(n)s devices</strong> are connected.", total
    )
    sentences = [connected % {"n": total}]
    if protected == total:
        sentences.append(_("All are protected."))
    elif protected:
        sentences.append(ngettext("One is protected.", "%(n)s are protected.", protected) % {"n": protected})
    if attention:
        needs = ngettext("<strong>One needs attention.</strong>", "<strong>%(n)s need attention.</strong>", attention)
        sentences.append(needs % {"n": attention})
    return [*sentences, *about_unseen(summary["unseen"], summary["days"])]


def about_unseen(unseen: int, days: int) -> list[str]:
    if unseen == 1:
        text = ngettext("One has not been seen for %(days)s day.", "One has not been seen for %(days)s days.", days)
        return [text % {"days": days}]
    text = ngettext(
        "%(n)s has not been seen for long, at most %(days)s days.",
        "%(n)s have not been seen for long, one of them for %(days)s days.",
        unseen,
    )
    return [text % {"n": unseen, "days": days}] if unseen else []
