"""Which of two versions is the higher one, as people count: 21.10 is above 21.3, and 4.0.1-beta below 4.0.1."""

import re

PARTS = re.compile(r"\d+|[a-z]+")
# Words of a version that comes before the one without them, from the earliest to the last.
BEFORE = {"dev": 0, "alpha": 1, "a": 1, "beta": 2, "b": 2, "preview": 3, "pre": 3, "rc": 4}
# What stands at one place sorts in this order: a word from before, the end, another word (“patch”), a number.
EARLY, END, WORD, NUMBER = range(4)

Part = tuple[int, int, str]


def version_key(version: str) -> tuple[Part, ...]:
    """Return what versions are sorted by. Zeros at the end do not count: 21.3 and 21.3.0 are the same."""
    parts: list[Part] = []
    for text in PARTS.findall(version.lower().removeprefix("v")):
        if text.isdecimal():
            parts.append((NUMBER, int(text), ""))
        else:
            drop_zeros(parts)
            parts.append((EARLY, BEFORE[text], "") if text in BEFORE else (WORD, 0, text))
    drop_zeros(parts)
    return (*parts, (END, 0, ""))


def drop_zeros(parts: list[Part]) -> None:
    while parts and parts[-1] == (NUMBER, 0, ""):
        parts.pop()
