"""The history of a license in words that are true for it, on its own page."""

import pytest
from django.core.management import call_command
from django.utils import translation
from django.utils.timezone import now

from licenses import verbs
from licenses.models import Event, License
from licenses.services import free_seat, record_event, redeem_code, take_seat
from portal.ui.words import day
from tests.factories import DeviceFactory, LicenseFactory, days, fresh_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def license(customer):
    return LicenseFactory(owner=customer)


def test_code_that_counts_at_once_started_the_license(customer):
    license = redeem_code(user=customer, text=fresh_code(), at=now())
    assert "Activation code added, license started" in license.events.get().sentence


def test_code_that_counts_later_says_from_when(license):
    later = days(21)
    event = record_event(Event.Verb.CODE_ADDED, license=license, details={"starts_at": later.isoformat()}, at=now())
    assert event.sentence == f"Activation code added, it counts from {day(later)} on"
    with translation.override("de"):
        assert event.sentence == f"Aktivierungscode hinzugefügt, er zählt ab dem {day(later)}"


def test_line_of_before_names_no_start(license):
    assert (
        record_event(Event.Verb.CODE_ADDED, license=license, at=now()).sentence
        == "Activation code added, license started"
    )


def test_page_of_a_license_does_not_repeat_its_product(client_of, customer, license):
    device = DeviceFactory(owner=customer, name="Old netbook")
    take_seat(license=license, device=device, at=now())
    free_seat(license=license, device=device, at=now())
    page = client_of(customer).get(license.get_absolute_url()).content.decode()
    assert "Old netbook connected</span>" in page
    assert "Old netbook disconnected</span>" in page
    assert License.objects.get().events.last().sentence == f"Old netbook connected with {license.product.name}"


@pytest.fixture
def verb(monkeypatch):
    """What an app would register that is written tomorrow."""
    monkeypatch.setitem(verbs.SENTENCES, "boat_sunk", "%(boat)s sank: %(reason)s")
    return "boat_sunk"


def test_verb_of_another_app_has_its_sentence(verb, license):
    event = record_event(verb, license=license, details={"boat": "Vasa", "reason": "wind"}, at=now())
    assert (event.sentence, event.get_verb_display()) == ("Vasa sank: wind", "%(boat)s sank: %(reason)s")


def test_new_verb_is_no_migration(verb):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
