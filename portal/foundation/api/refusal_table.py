"""Every refusal of the apps as a page of docs/: what people read, what helps, what programs are told."""

import re
import sys
from itertools import groupby

from django.utils import translation

from portal.foundation.refusals import Refusal

from .problems import KINDS

HEAD = """# Refusals

Each code is defined once, in a `refusals` module; it never changes, its words may. `‹…›` is a value that is filled in.
*Counted*: it may be a guess, and counts toward a limit. Codes without a status are never told to programs; those that
all calls of the API share are in `openapi.json` and on the page `/api/`. Written by `manage.py export_refusals`.
"""
COLUMNS = ["code", "people read", "next step", "programs", "counted"]
GAP = re.compile(r"%\((\w+)\)[sd]")
SEVERAL = 2


def document() -> str:
    """Return the page, in English."""
    with translation.override("en"):
        groups = groupby(spoken(), key=lambda kind: kind.__module__)
        return HEAD + "".join(section(module, list(kinds)) for module, kinds in groups)


def spoken() -> list[type[Refusal]]:
    """Return what says a sentence, by module; in a module as it is written down."""
    said = (kind for kind in Refusal.all() if "sentence" in vars(kind) and not kind.__module__.startswith("tests."))
    return sorted(said, key=lambda kind: (kind.__module__, lines_of(kind)))


def lines_of(kind: type[Refusal]) -> int:
    return list(vars(sys.modules[kind.__module__])).index(kind.__name__)


def section(module: str, kinds: list[type[Refusal]]) -> str:
    rows = [COLUMNS, ["---"] * len(COLUMNS), *map(cells, kinds)]
    about = (sys.modules[module].__doc__ or "").partition("\n")[0]
    return f"\n## {module}\n{about}\n\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def cells(kind: type[Refusal]) -> list[str]:
    problem = KINDS[kind.code] if kind.problem else None
    members = ", ".join(f"`{name}`" for name in problem.members) if problem else ""
    told = f"{problem.status}, {problem.title}" + (f"; {members}" if members else "") if problem else "–"
    return [f"`{kind.code}`", sentence_of(kind), help_of(kind), told, "yes" if kind.counted else "no"]


def sentence_of(kind: type[Refusal]) -> str:
    """Return the sentence with its gaps; of two forms the one for several."""
    plural = getattr(kind.sentence, "_translate", None)
    return GAP.sub(r"‹\1›", plural(SEVERAL) if plural else str(kind.sentence))


def help_of(kind: type[Refusal]) -> str:
    step = kind.next_step
    where = step and (step.view or (f"‹{step.of}›" if step.of else ""))
    steps = [f"{step.words}" + (f" (`{where}`)" if where else "")] if step else []
    return "; ".join([*steps, *(["support"] if kind.asks_support else [])]) or "–"
