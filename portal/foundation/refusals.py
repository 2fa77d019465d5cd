"""How a service says no: one class a code, raised with values. Whoever shows it turns the values into words.

An app defines each of its codes once, in its `refusals.py`. A class that inherits a code says it in other words, for
another place where it comes up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Self, dataclass_transform

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from portal.ui.words import clock, day, from_now

# Members of problem documents, as JSON Schema describes them.
TEXT = {"type": "string"}
MOMENT = {"type": "string", "format": "date-time"}


def list_of(**members: dict) -> dict:
    item = {"type": "object", "properties": members, "required": list(members)}
    return {"type": "array", "items": item}


@dataclass(frozen=True)
class Problem:
    """What programs are told besides code and sentence: the HTTP status, a title, and members with an example.

    `detail` stands in the document of the API where the sentence has gaps.
    """

    status: int
    title: str | Promise
    detail: str | Promise = ""
    members: dict[str, dict] = field(default_factory=dict)
    example: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NextStep:
    """The one thing that helps: its words, and the page of ours where it is done, or an address elsewhere.

    `of` names the value of the refusal that says which page or address; a button of `sends_form` sends the refused
    form there.
    """

    words: str | Promise
    view: str = ""
    of: str = ""
    sends_form: bool = False


@dataclass_transform(kw_only_default=True, eq_default=False)
class Refusal(ValidationError):  # noqa: N818 (what everybody calls it)
    """A subclass says its code and sentence; its annotated attributes are the values it is raised with, by name.

    A value that is a moment is shown as a day, where `reader` lives, or, without a reader, where the page is read.
    """

    code = ""
    sentence: Any = ""
    next_step: NextStep | None = None
    asks_support = False  # whether only somebody at the seller’s can help
    counted = False  # whether it may be a guess, and counts toward a limit
    problem: Problem | None = None  # None: no program is ever told

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        dataclass(kw_only=True, eq=False, repr=False)(cls)

    def __init__(self) -> None:
        super().__init__(lazy(self.in_words, str)(), code=self.code)

    def __post_init__(self) -> None:
        Refusal.__init__(self)

    def in_words(self) -> str:
        """Return the sentence in the language that is active now."""
        return str(self.sentence % self.words())

    def words(self) -> dict[str, Any]:
        """Return what stands in the gaps of the sentence."""
        return {name: self.word(value) for name, value in self.values()}

    def word(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return self.day(value)
        return value.label if isinstance(value, models.Choices) else value

    def values(self) -> Iterator[tuple[str, Any]]:
        return ((each.name, getattr(self, each.name)) for each in fields(self))  # type: ignore[arg-type]

    def day(self, moment: datetime | None) -> str:
        return day(moment, self.zone)

    @property
    def zone(self) -> Any:
        reader = getattr(self, "reader", None)
        return reader.zone if reader else None

    @property
    def next_address(self) -> str:
        """Where the next step leads; empty when there is nowhere to go."""
        step = self.next_step
        if step is None:
            return ""
        which = getattr(self, step.of) if step.of else None
        if step.view:
            return reverse(step.view, args=[which.pk] if isinstance(which, models.Model) else None)
        return which or ""

    @classmethod
    def defined(cls) -> "list[type[Self]]":
        """Return all that say a code of their own, in the order in which they are written down."""
        return [each for each in cls.all() if "code" in vars(each)]

    @classmethod
    def all(cls) -> "list[type[Self]]":
        return [found for each in cls.__subclasses__() for found in (each, *each.all())]


class SlowDown(Refusal):
    """Too often in a short time; `again_at` is when it goes on, and `at` is now."""

    code = "slow_down"
    sentence = _("Too many codes didn’t work. You can try again %(wait)s, at %(time)s.")
    problem = Problem(429, _("Too many requests"), _("Please try again after the time that Retry-After names."))

    again_at: datetime
    at: datetime

    def words(self) -> dict[str, Any]:
        return {"wait": from_now(self.again_at, self.at), "time": clock(self.again_at, self.zone)}


class NotFound(Refusal):
    code = "not_found"
    problem = Problem(404, _("There is no such thing here"), _("It does not exist, or it is not yours."))


class InvalidToken(Refusal):
    code = "invalid_token"
    problem = Problem(401, _("Please sign in again"))
    sentence = _("The access token is missing, unknown or no longer valid.")
