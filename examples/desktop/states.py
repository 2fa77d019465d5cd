"""The states that a product shows: a pure function of what is remembered, what just happened, and the clock.

The rule behind all of them: only a definite answer of the portal takes protection away. Silence changes nothing until
the lease ends.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from .lease import CLOCKS_MAY_DIFFER, Lease

# Answers that take protection away at once; the lease is thrown away with them.
DEFINITE = {"disconnected", "expired", "blocked"}
# Of these, the answers after which it may ask for a seat again by itself.
NO_FAREWELL = {"expired", "blocked"}
# Answers to somebody who asks for a seat: a person has to do something; a lease that is held goes on until it ends.
QUESTIONS = {"seat_limit", "choose_license"}
NO_LICENSE = {"no_license", "wrong_platform", "not_started", "move_limit"}


class Protection(StrEnum):
    ON = "on"
    LIMITED = "limited"  # what is there still protects; nothing new comes
    OFF = "off"


@dataclass(frozen=True)
class Refusal:
    """A definite “no” of the portal: its code for programs, its words for people, and what it said besides."""

    code: str
    text: str
    members: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """Everything that a state follows from."""

    signed_in: bool = False
    lease: Lease | None = None
    highest_iat: int = 0  # the latest moment that a lease was signed at: it is never earlier than that
    refusal: Refusal | None = None
    out_of_reach: str = ""  # why the portal did not answer just now
    clock_ahead: float = 0  # seconds by which this clock was ahead of the portal's just now
    notices: tuple[str, ...] = ()  # what the portal wants the person to know
    portal: str = ""


@dataclass(frozen=True)
class State:
    name: str
    text: str
    protection: Protection
    details: dict[str, Any] = field(default_factory=dict)


def state_of(facts: Facts, now: float) -> State:
    """Return what to show, and whether to protect."""
    refusal, lease = facts.refusal, facts.lease
    if refusal and refusal.code in DEFINITE:
        return refused(facts, refusal)
    if now < facts.highest_iat - CLOCKS_MAY_DIFFER or facts.clock_ahead > CLOCKS_MAY_DIFFER:
        return State("wrong_clock", wrong_clock(now), Protection.LIMITED)
    if lease is None:
        return without_lease(facts)
    if now >= lease.exp:
        return after_the_lease(facts, lease, now)
    return with_lease(facts, lease)


def with_lease(facts: Facts, lease: Lease) -> State:
    until = f"Still protected until {moment(lease.exp)}."
    if facts.refusal:
        return asking(facts.refusal, f"{facts.refusal.text} {until}", Protection.ON)
    if not facts.signed_in:
        return State("signing_in", f"You are signed out. Sign in again. {until}", Protection.ON)
    if facts.out_of_reach:
        return State("out_of_reach", f"The portal is out of reach ({facts.out_of_reach}). {until}", Protection.ON)
    text = " ".join(["This device is protected.", *facts.notices])
    return State("protected", text, Protection.ON, {"license": lease.license})


def after_the_lease(facts: Facts, lease: Lease, now: float) -> State:
    if now >= lease.license_ends_at:
        text = f"The license ended on {day(lease.license_ends_at)}. Renew it at {facts.portal}/licenses/."
        return State("expired", text, Protection.OFF)
    if now < lease.grace_until:
        text = f"Offline for too long. Protection is limited, and stops at {moment(lease.grace_until)}."
        return State("limited", f"{text} Connect to the internet.", Protection.LIMITED)
    return State("limited", "Offline for too long. Protection stopped. Connect to the internet.", Protection.OFF)


def without_lease(facts: Facts) -> State:
    if facts.refusal:
        return asking(facts.refusal, facts.refusal.text, Protection.OFF)
    if not facts.signed_in:
        return State("signing_in", "Sign in to protect this device.", Protection.OFF)
    reason = facts.out_of_reach or "not asked yet"
    return State("out_of_reach", f"The portal is out of reach ({reason}). Not protected yet.", Protection.OFF)


def asking(refusal: Refusal, text: str, protection: Protection) -> State:
    """A state in which a person has to choose or to do something."""
    name = refusal.code if refusal.code in QUESTIONS else "no_license"
    return State(name, text, protection, refusal.members)


def refused(facts: Facts, refusal: Refusal) -> State:
    """What took protection away, in the portal's words, and the way on."""
    ways = {
        "disconnected": "Sign in to use this device again.",
        "expired": f"Renew it at {facts.portal}/licenses/.",
        "blocked": f"Contact support: {facts.portal}/licenses/.",
    }
    members = refusal.members
    who, when = members.get("by") or members.get("disconnected_by"), members.get("at") or members.get("disconnected_at")
    text = f"Disconnected by {who} on {day_of(when)}." if refusal.code == "disconnected" and who else refusal.text
    way = "Release one of these, or " + ways[refusal.code][0].lower() + ways[refusal.code][1:]
    return State(
        refusal.code, f"{text} {way if members.get('devices') else ways[refusal.code]}", Protection.OFF, members
    )


def wrong_clock(now: float) -> str:
    return f"The clock of this device is wrong: it says {moment(now)}. Set it to the right time."


def day(timestamp: float) -> str:
    date = datetime.fromtimestamp(timestamp, UTC)
    return f"{date.day} {date:%B %Y}"


def moment(timestamp: float) -> str:
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M} UTC"


def day_of(text: str | None) -> str:
    """The day of a time in the portal's notation; the text itself if it is none."""
    try:
        return day(datetime.fromisoformat(text or "").timestamp())
    except ValueError:
        return text or "an unknown day"
