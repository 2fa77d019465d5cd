"""Words that engineers use among themselves stay off every page, mail and refusal of a customer, in both languages."""

import ast
import re

import polib
import pytest
from django.conf import settings

from tests.test_translations import CATALOG, texts_of_python, texts_of_template

ENGLISH = re.compile(r"\b(leases?|term|check-ins?|EMUI)\b", re.IGNORECASE)
GERMAN = re.compile(r"\b(Freigaben?|Check-ins?|EMUI)\b")
# Read by staff, by developers, or by nobody: the names of models and columns.
NOT_FOR_CUSTOMERS = re.compile(
    r"templates/(admin|api)/|/admin(/|\.py$)|/models(/(?!events)|\.py$)|portal/foundation/(api|webhooks|mail)/"
    r"|devices/(leases|lease_keys|lease_report|api)\.py|licenses/(api|services/orders)\.py|/management/"
)
READERS = {".py": texts_of_python, ".html": texts_of_template, ".txt": texts_of_template}


def texts_for_customers() -> set[str]:
    rooms = [settings.BASE_DIR / room for room in ("templates", "licenses", "devices", "downloads", "portal")]
    files = [file for room in rooms for file in room.rglob("*") if file.suffix in READERS]
    seen = [file for file in files if not NOT_FOR_CUSTOMERS.search(file.relative_to(settings.BASE_DIR).as_posix())]
    return {text for file in seen for _context, text in READERS[file.suffix](file.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def texts():
    return texts_for_customers()


def test_english_is_plain(texts):
    assert len(texts) > 400  # else the readers no longer find what is there
    assert [text for text in sorted(texts) if ENGLISH.search(text)] == []


def test_german_is_plain(texts):
    entries = [entry for entry in polib.pofile(str(CATALOG)) if entry.msgid in texts]
    said = [text for entry in entries for text in (entry.msgstr, *entry.msgstr_plural.values())]
    assert [text for text in said if GERMAN.search(text)] == []


def test_what_the_demonstration_sells_is_plain():
    source = ast.parse((settings.BASE_DIR / "portal/demo/catalog.py").read_text(encoding="utf-8"))
    strings = {
        node.value for node in ast.walk(source) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    identifiers = {"term_length", "term_unit"}
    assert len(strings) > 100
    assert [text for text in sorted(strings - identifiers) if ENGLISH.search(text)] == []


@pytest.mark.parametrize(
    "guide", sorted((settings.BASE_DIR / "downloads/guides").rglob("*.md")), ids=lambda it: it.name
)
def test_setup_guides_are_plain(guide):
    text = guide.read_text(encoding="utf-8")
    assert (ENGLISH.findall(text), GERMAN.findall(text)) == ([], [])
