"""Codes as a table for a print shop or a fulfilment house, in which no spreadsheet finds a formula."""

from collections.abc import Iterable, Iterator

from licenses.models import CodeBatch

COLUMNS = ["code", "plan", "label", "order"]
# A spreadsheet takes a cell that begins so for a formula, and a formula can send away what stands beside it.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def code_rows(batch: CodeBatch, codes: Iterable[str]) -> Iterator[list[str]]:
    """Yield the head, and a row a code."""
    yield COLUMNS
    for code in codes:
        yield [harmless(cell) for cell in (code, batch.plan.slug, batch.name, batch.reference)]


def harmless(cell: str) -> str:
    """Return the cell so that a spreadsheet shows it as text."""
    return f"'{cell}" if cell.startswith(FORMULAS) else cell
