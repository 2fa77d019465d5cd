"""German: complete, current, and really shown."""

import re
from datetime import UTC, datetime
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from licenses import services
from portal.ui import day

CATALOG = Path(settings.BASE_DIR) / "portal" / "locale" / "de" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|{[a-z]+}")


@pytest.fixture(scope="module")
def catalog():
    return polib.pofile(str(CATALOG))


def test_nothing_is_untranslated_or_guessed(catalog):
    assert [entry.msgid for entry in catalog.untranslated_entries() + catalog.fuzzy_entries()] == []


def test_compiled_catalog_says_what_the_source_says(catalog):
    compiled = {(entry.msgctxt, entry.msgid): entry for entry in polib.mofile(str(CATALOG.with_suffix(".mo")))}
    for entry in catalog:
        told = compiled[entry.msgctxt, entry.msgid]
        assert (told.msgstr, told.msgstr_plural) == (entry.msgstr, entry.msgstr_plural)


def test_placeholders_are_kept(catalog):
    for entry in catalog:
        asked = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            assert set(PLACEHOLDER.findall(text)) <= asked, entry.msgid


@pytest.mark.django_db
def test_visitor_reads_the_language_of_the_browser(client):
    page = client.get(reverse("home"), headers={"accept-language": "de"}).content.decode()
    assert '<html lang="de"' in page
    assert "Anmelden" in page


@pytest.mark.django_db
def test_customer_reads_the_chosen_language(client_of, customer):
    customer.language = "de"
    customer.save()
    page = client_of(customer).get(reverse("licenses:index")).content.decode()
    assert "Aktivierungscode" in page


@pytest.mark.django_db
def test_refusal_is_in_german(customer):
    with translation.override("de"), pytest.raises(ValidationError) as refusal:
        services.submit_code(user=customer, text="ABC")
    with translation.override("de"):
        assert "Zeichen" in refusal.value.messages[0]


def test_date_is_written_as_germans_write_it():
    with translation.override("de"):
        assert day(datetime(2026, 12, 6, 12, tzinfo=UTC)) == "6. Dezember 2026"
