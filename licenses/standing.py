"""What a license is at one moment: pure and frozen, made of rows that are loaded; it asks neither clock nor database.

Pages, programs, connect, check-in, stores and the admin ask it, so that all of them say the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from licenses.moves import MOVES_A_SEAT, WINDOW, Moves, Stay, moves_in
from licenses.seating import Sitting, has_place, places_taken, seat_devices

if TYPE_CHECKING:
    from licenses.models import License, Plan, Product, Seat, SeatPool, Term

ENDS_SOON = timedelta(days=30)
# A payment may come some days late; protection should not stop for that.
LATE_PAYMENT = timedelta(days=3)
INSTANT = timedelta(microseconds=1)


class State(models.TextChoices):
    ACTIVE = "active", _("Active")
    ENDING = "ending", _("Ends soon")
    EXPIRED = "expired", _("Expired")
    BLOCKED = "blocked", _("Blocked")
    QUEUED = "queued", _("Starts later")


@dataclass(frozen=True)
class PoolUse:
    """A pool of the plan in force, and how many of its seats are taken."""

    pool: "SeatPool"
    used: int

    @property
    def free(self) -> int | None:
        """Seats that are left; None means no limit."""
        return None if self.pool.quantity is None else max(0, self.pool.quantity - self.used)


@dataclass(frozen=True)
class Placement:
    """A device that holds a seat, and where it sits under the plan in force; without a pool there is no room for it."""

    seat: "Seat"
    pool: "SeatPool | None"
    number: int | None

    @property
    def device(self):
        return self.seat.device

    @property
    def has_seat(self) -> bool:
        return self.pool is not None


@dataclass(frozen=True, eq=False)
class Standing:
    """Everything that a license is at the moment `at`. Calendar days are counted in `zone`, the reader's.

    `terms` come with their plans and those with their pools, `seats` are those that are held and come with their
    devices, `stays` is what moves are counted from, for whoever asks for moves. `License.objects.standings` loads it.
    """

    license: "License"
    terms: "tuple[Term, ...]"
    seats: "tuple[Seat, ...]"
    at: datetime
    zone: tzinfo = UTC
    stays: tuple[Stay, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(sorted(self.terms, key=lambda term: term.starts_at)))

    def with_terms(self, *more: "Term") -> "Standing":
        """What it would be with these terms too, which need not be written."""
        return replace(self, terms=(*self.terms, *more))

    # Terms

    @cached_property
    def term_in_force(self) -> "Term | None":
        """The term that gives a right, blocked or not: the one that runs, or one whose renewal may just be late."""
        begun = (term for term in reversed(self.terms) if term.starts_at <= self.at)
        return next((term for term in begun if self.at < self.with_grace(term.ends_at)), None)

    @cached_property
    def term(self) -> "Term | None":
        """The term that says what this license is now: the one in force, else the next, else the last."""
        coming = (term for term in self.terms if term.starts_at > self.at)
        return self.term_in_force or next(coming, None) or (self.terms[-1] if self.terms else None)

    @property
    def running_term(self) -> "Term | None":
        """The term within whose dates this moment lies."""
        return self.term_in_force if self.term_in_force and self.at < self.term_in_force.ends_at else None

    @property
    def plan(self) -> "Plan | None":
        return self.term.plan if self.term else None

    @property
    def product(self) -> "Product":
        return self.license.product

    @cached_property
    def queued_terms(self) -> "tuple[Term, ...]":
        """Terms that wait behind the one that says what it is now."""
        return tuple(term for term in self.terms if self.term and term.starts_at > self.term.starts_at)

    @property
    def starts_at(self) -> datetime | None:
        return self.terms[0].starts_at if self.terms else None

    @cached_property
    def ends_at(self) -> datetime | None:
        """When protection stops: the end of the last term that follows without a gap, or of the wait for a payment."""
        return self.end_of_chain(self.late_until or (self.term.ends_at if self.term else None))

    @cached_property
    def protected_until(self) -> datetime | None:
        """When the right by which devices work ends, as far as it is paid for; None without a right."""
        return self.end_of_chain(self.term_in_force.ends_at if self.term_in_force else None)

    def end_of_chain(self, end: datetime | None) -> datetime | None:
        """Where the terms end that follow on this end without a gap."""
        for term in self.terms:
            if term.starts_at == end:
                end = term.ends_at
        return end

    def with_grace(self, end: datetime) -> datetime:
        """When the right of a term that ends then is really over: the payment of a renewal may come late."""
        return end + LATE_PAYMENT if self.license.renews_itself else end

    @cached_property
    def late_until(self) -> datetime | None:
        """How long protection goes on although the renewal is not paid; None when no payment is late."""
        term = self.term_in_force
        return self.with_grace(term.ends_at) if term and term.ends_at <= self.at else None

    @property
    def last_day(self) -> datetime | None:
        """An instant of the last day on which protection runs; terms end with a whole day."""
        return self.ends_at - INSTANT if self.ends_at else None

    # State

    @cached_property
    def state(self) -> State:
        if self.license.blocked_at:
            return State.BLOCKED
        if self.term_in_force:
            return State.ENDING if self.ends_soon else State.ACTIVE
        return State.QUEUED if self.term and self.term.starts_at > self.at else State.EXPIRED

    @cached_property
    def ends_soon(self) -> bool:
        """Whether the owner should act: in the last 30 days, or the last quarter of a short term."""
        term, end = self.term_in_force, self.ends_at
        if self.license.renews_itself or term is None or end is None:
            return self.is_late
        return end - self.at <= min(ENDS_SOON, (end - term.starts_at) / 4)

    @property
    def is_running(self) -> bool:
        """Whether it protects devices: it gives a right, and nobody has blocked it."""
        return self.term_in_force is not None and not self.license.blocked_at

    @property
    def is_over(self) -> bool:
        """Whether it protects nothing any more: expired or blocked."""
        return self.state in (State.EXPIRED, State.BLOCKED)

    @property
    def is_late(self) -> bool:
        """Whether it only goes on because a payment may come late."""
        return not self.license.blocked_at and self.late_until is not None

    @property
    def renews_next(self) -> bool:
        """Whether it will be renewed by itself on its last day; not while that very payment is late."""
        return self.license.renews_itself and self.is_running and not self.is_late

    @property
    def is_renewed(self) -> bool:
        """Whether more time follows, without a gap, on what runs now."""
        return self.is_running and any(term.ends_at == self.ends_at for term in self.queued_terms)

    @property
    def code_hint(self) -> str:
        """The last group of the code that started the term; empty for a license without a code."""
        return self.term.code.hint if self.term and self.term.code else ""

    # Days of the reader

    def days_until(self, moment: datetime | None) -> int:
        """Calendar days from the reader's today to the day of this moment; negative for one that was."""
        return (moment.astimezone(self.zone).date() - self.at.astimezone(self.zone).date()).days if moment else 0

    @property
    def days_left(self) -> int:
        """Whole days until the last day; 0 on the last day."""
        return self.days_until(self.last_day)

    @property
    def days_over(self) -> int:
        """Days since the last day; at least 1, because a term ends with a whole day."""
        return max(1, -self.days_left)

    @property
    def days_blocked(self) -> int:
        return -self.days_until(self.license.blocked_at)

    @property
    def days_until_start(self) -> int:
        return self.days_until(self.term.starts_at if self.term else None)

    # Seats

    @cached_property
    def seat_pools(self) -> "list[SeatPool]":
        """The pools of the plan in force, in the order in which they are filled."""
        return list(self.plan.pools.all()) if self.plan else []

    @cached_property
    def sittings(self) -> dict[int, Sitting]:
        """Where each held seat stands under the plan in force, by the seat's pk."""
        return seat_devices(self.seat_pools, self.seats)

    @cached_property
    def devices(self) -> tuple[Placement, ...]:
        """Each device with a held seat, in the order of the seats, and where it sits."""
        return tuple(Placement(seat, *self.sittings[seat.pk]) for seat in self.seats)  # type: ignore[arg-type]

    @cached_property
    def pools(self) -> tuple[PoolUse, ...]:
        """Each pool of the plan in force with what is used of it."""
        taken = places_taken(self.seat_pools, self.sittings.values())
        return tuple(PoolUse(pool, len(taken[pool.pk])) for pool in self.seat_pools)

    @cached_property
    def seats_used(self) -> int:
        return sum(use.used for use in self.pools)

    @cached_property
    def seats_total(self) -> int | None:
        """Seats of the plan in force; None means no limit, 0 that there is no plan."""
        quantities = [pool.quantity for pool in self.seat_pools]
        return None if None in quantities else sum(filter(None, quantities))

    @property
    def seats_free(self) -> int | None:
        return None if self.seats_total is None else max(0, self.seats_total - self.seats_used)

    @property
    def seats_protected(self) -> int:
        """Seats whose devices are protected now: none of a license that does not run."""
        return self.seats_used if self.is_running else 0

    @property
    def seats_missing(self) -> int:
        """Devices for which the plan in force has no seat."""
        return len(self.seats) - self.seats_used

    @property
    def is_full(self) -> bool:
        return self.seats_free == 0

    def pools_for(self, *platforms: str) -> tuple[PoolUse, ...]:
        """The pools in which a device of one of these platforms may sit."""
        return tuple(use for use in self.pools if any(map(use.pool.takes, platforms)))

    def free_for(self, *platforms: str) -> int | None:
        """How many more devices of these platforms it can protect; None means no limit."""
        free = [use.free for use in self.pools_for(*platforms)]
        return None if None in free else sum(filter(None, free))

    def has_room_for(self, platform: str) -> bool:
        return self.free_for(platform) != 0

    def seat_of(self, device) -> "Seat | None":
        """The seat that this device holds, be there room for it or not."""
        return next((seat for seat in self.seats if seat.device_id == device.pk), None)

    def has_seat_for(self, device) -> bool:
        """Whether this device holds a seat for which the plan in force has room."""
        seat = self.seat_of(device)
        return seat is not None and self.sittings[seat.pk].pool is not None

    def keeps(self, seat: "Seat") -> bool:
        """Whether a seat keeps its place under the plan in force, which can be told without the other seats."""
        return self.plan is not None and seat.pool.plan_id == self.plan.pk and has_place(seat.pool, seat.number)

    # Moves

    @cached_property
    def moves(self) -> Moves | None:
        """How often seats went to another device in the 30 days before; None for one without a limit on devices."""
        return self.moves_with(())

    def moves_with_taker(self, device) -> Moves | None:
        """The same as if this device took a seat now."""
        return self.moves_with([Stay(device.pk, self.at)])

    def moves_with(self, more: Iterable[Stay]) -> Moves | None:
        if self.seats_total is None:
            return None
        if self.stays is None:
            raise ValueError("moves are counted from stays, which were not loaded")
        found = moves_in([*self.stays, *more], since=self.license.moves_reset_at)
        return Moves(MOVES_A_SEAT * self.seats_total, [at for at in found if at > self.at - WINDOW])
