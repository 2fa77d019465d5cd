"""German: complete, current, and really shown. Nothing here needs gettext's tools, which a fresh machine lacks."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation.template import templatize

from licenses import services
from portal.ui.words import day, moment
from tests.factories import LicenseFactory, UserFactory

CATALOG = Path(settings.BASE_DIR) / "portal" / "locale" / "de" / "LC_MESSAGES" / "django.po"
ROOMS = ["devices", "downloads", "licenses", "portal", "templates"]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|{\w+}")

# Which arguments of these functions are texts; `p` stands for a context before them, `n` for a plural after.
TEXTS = {"gettext": 1, "pgettext": 2, "ngettext": 2, "npgettext": 3}
LITERAL = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL = re.compile(rf"\b(gettext|pgettext|ngettext|npgettext|_)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)")


@pytest.fixture(scope="module")
def catalog():
    return polib.pofile(str(CATALOG))


def identity(function: str, texts: list[str]) -> tuple[str | None, str]:
    """What a catalog knows a text by: its context, if it has one, and its singular."""
    return (texts[0], texts[1]) if "pgettext" in function else (None, texts[0])


def texts_of_template(source: str):
    for function, literals in CALL.findall(templatize(source)):
        yield identity(function, list(ast.literal_eval(f"({literals},)")))


def texts_of_python(source: str):
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        function = "gettext" if node.func.id == "_" else node.func.id.removesuffix("_lazy").removesuffix("_noop")
        texts = [getattr(argument, "value", None) for argument in node.args[: TEXTS.get(function, 0)]]
        if texts and all(isinstance(text, str) for text in texts):
            yield identity(function, texts)


def texts_of_the_portal() -> set[tuple[str | None, str]]:
    readers = {".py": texts_of_python, ".html": texts_of_template, ".txt": texts_of_template}
    files = [file for room in ROOMS for file in (settings.BASE_DIR / room).rglob("*") if file.suffix in readers]
    return {text for file in files for text in readers[file.suffix](file.read_text(encoding="utf-8"))}


def test_every_text_of_the_portal_is_in_the_catalog_and_nothing_else_is(catalog):
    texts = texts_of_the_portal()
    known = {(entry.msgctxt, entry.msgid) for entry in catalog}
    assert len(texts) > 700  # else the readers above no longer find what is there
    assert sorted(texts - known, key=str) == []
    assert sorted(known - texts, key=str) == []


def test_nothing_is_untranslated_or_guessed(catalog):
    incomplete = catalog.untranslated_entries() + catalog.fuzzy_entries() + catalog.obsolete_entries()
    assert [entry.msgid for entry in incomplete] == []


def test_compiled_catalog_says_what_the_source_says(catalog):
    def told(entries):
        return {(entry.msgctxt, entry.msgid): (entry.msgstr, entry.msgstr_plural) for entry in entries}

    assert told(polib.mofile(str(CATALOG.with_suffix(".mo")))) == told(catalog)


def test_placeholders_are_kept(catalog):
    """All of them; only the singular of a plural may say "one" instead of the number."""
    for entry in catalog:
        asked = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        for number, text in {1: entry.msgstr, **entry.msgstr_plural}.items():
            given = set(PLACEHOLDER.findall(text))
            assert given <= asked, entry.msgid
            if text and number:
                assert given == asked, entry.msgid


def test_markup_and_quotes_are_kept(catalog):
    for entry in catalog:
        for text in filter(None, [entry.msgstr, *entry.msgstr_plural.values()]):
            assert sorted(re.findall(r"<[^<>]+>", text)) == sorted(re.findall(r"<[^<>]+>", entry.msgid)), entry.msgid
            assert text.count("„") == text.count("“"), entry.msgid
            assert "”" not in text, entry.msgid


@pytest.mark.django_db
def test_visitor_reads_the_language_of_the_browser(client):
    page = client.get(reverse("account_login"), headers={"accept-language": "de-AT,de;q=0.9"}).content.decode()
    assert '<html lang="de"' in page
    assert "Melden Sie sich an" in page
    assert "Passwort vergessen?" in page


@pytest.mark.django_db
def test_customer_reads_the_chosen_language(client_of):
    customer = UserFactory(language="de")
    LicenseFactory(owner=customer)
    page = client_of(customer).get(reverse("licenses:index"), headers={"accept-language": "en"}).content.decode()
    assert "Sie haben <strong>1 Lizenz</strong>." in page
    assert "5 Geräteplätze frei" in page
    assert "Aktivierungscode hinzufügen" in page


@pytest.mark.django_db
def test_refusal_is_in_german(customer):
    with translation.override("de"), pytest.raises(ValidationError) as refusal:
        services.submit_code(user=customer, text="ABC", at=now())
    with translation.override("de"):
        assert refusal.value.messages[0].startswith("Dieser Code hat 3 Zeichen; ein vollständiger Code hat 25.")


@pytest.mark.django_db
def test_mail_is_in_the_language_of_its_reader(client):
    reader = UserFactory(language="de")
    client.post(reverse("account_reset_password"), {"email": reader.email}, headers={"accept-language": "en"})
    assert mail.outbox[0].subject == "Neues Passwort wählen"
    assert "Der Link gilt 24 Stunden." in mail.outbox[0].alternatives[0][0]
    assert "ein neues Passwort angefordert" in mail.outbox[0].body


def test_date_is_written_as_germans_write_it():
    noon = datetime(2026, 12, 6, 12, tzinfo=UTC)
    with translation.override("de"):
        assert day(noon) == "6. Dezember 2026"
        assert moment(noon) == "6. Dezember 2026, 12:00"
