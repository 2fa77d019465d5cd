"""When a license wanders: one pure function that finds the moves in the history of its seats."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

WINDOW = timedelta(days=30)
# So many moves in the window for each seat.
MOVES_A_SEAT = 2


class Stay(NamedTuple):
    """A device on a seat, from when until when; None: it still has it.

    Who comes from a license that gave no right any more, or goes because this one gives none, wanders nowhere.
    """

    device: int
    taken_at: datetime
    given_up_at: datetime | None = None
    moved_from: int | None = None
    went_with_license: bool = False


class Moves(NamedTuple):
    """How often a license may move in the window, and when it did, oldest first."""

    allowed: int
    made: list[datetime]

    @property
    def left(self) -> int:
        return max(0, self.allowed - len(self.made))

    @property
    def is_to_tell(self) -> bool:
        """Whether so many are used up that the owner should know."""
        return bool(self.made) and self.left <= self.allowed // 2

    @property
    def more_at(self) -> datetime | None:
        """When the oldest no longer counts, so that one more is possible."""
        return self.made[0] + WINDOW if self.made else None

    @property
    def again_at(self) -> datetime | None:
        """When the next one is possible; None: now."""
        return self.made[-self.allowed] + WINDOW if self.made and not self.left else None


def moves_in(stays: Iterable[Stay], *, since: datetime | None = None) -> list[datetime]:
    """Return when a device took a seat that another one had given up in the thirty days before, oldest first.

    A device that comes back takes its own place again, and a seat that was never used is free for anybody: neither is
    a move. Which number a seat has does not matter; each place given up is taken once. Before `since` nothing counts.
    """
    given_up: list[tuple[datetime, int]] = []
    moves = []
    for at, is_taken, device in in_order(stays):
        if since and at <= since:
            continue
        if not is_taken:
            given_up.append((at, device))
            continue
        given_up = [place for place in given_up if place[0] > at - WINDOW]
        own = next((place for place in reversed(given_up) if place[1] == device), None)
        if own:
            given_up.remove(own)
        elif given_up:
            given_up.pop(0)
            moves.append(at)
    return moves


def in_order(stays: Iterable[Stay]) -> list[tuple[datetime, bool, int]]:
    """Return what happened, one after the other; at the same instant a seat is given up before it is taken."""
    stays = list(stays)
    taken = [(stay.taken_at, True, stay.device) for stay in stays if not stay.moved_from]
    left = [stay for stay in stays if not stay.went_with_license]
    given_up = [(stay.given_up_at, False, stay.device) for stay in left if stay.given_up_at]
    return sorted(taken + given_up)
