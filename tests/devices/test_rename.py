"""The owner names a device; the name goes everywhere, so it is one clean line."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from devices.models import Device
from devices.services import rename_device
from devices.verbs import Verb
from tests.devices.conftest import refuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(client_of, customer, connected):
    """Return a function that sends the form with a name and follows to the page that comes."""

    def post(name):
        return client_of(customer).post(reverse("devices:rename", args=[connected.pk]), {"name": name}, follow=True)

    return post


def test_new_name_is_stored_and_recorded(customer, connected):
    rename_device(user=customer, device=connected, name="  Kitchen   PC ", at=now())
    event = connected.events.first()
    assert Device.objects.get().name == "Kitchen PC"
    assert (event.verb, event.actor) == (Verb.DEVICE_RENAMED, customer)
    assert event.sentence == "Renamed from “Anna’s laptop” to “Kitchen PC”"


def test_same_name_is_nothing_new(customer, connected):
    rename_device(user=customer, device=connected, name="Anna’s laptop", at=now())
    assert connected.events.count() == 1


@pytest.mark.parametrize(
    ("name", "code"), [("", "no_name"), (" \t\u200b", "no_name"), ("\u200d", "no_name"), ("x" * 81, "long_name")]
)
def test_name_that_cannot_be_read_is_refused(customer, connected, name, code):
    with refuses(code):
        rename_device(user=customer, device=connected, name=name, at=now())
    assert Device.objects.get().name == "Anna’s laptop"


def test_form_leads_back_to_the_device_and_says_so(post, connected):
    answer = post("Kitchen PC")
    page = answer.content.decode()
    assert answer.redirect_chain == [(reverse("devices:detail", args=[connected.pk]), 302)]
    assert "The name is saved – Kitchen PC" in page
    assert "Renamed from" in page


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u200b", "x" * 81])
def test_form_says_what_is_wrong_and_keeps_what_was_typed(post, name):
    page = post(name).content.decode()
    assert "<title>Error: Rename Anna’s laptop" in page
    assert "errorlist" in page or 'aria-invalid="true"' in page
    assert Device.objects.get().name == "Anna’s laptop"


def test_marks_that_turn_the_direction_are_dropped(post):
    post("evil\u202eexe.pc")
    assert Device.objects.get().name == "evilexe.pc"


def test_nul_byte_is_refused(post):
    assert post("Kitchen\x00PC").status_code == 400
    assert Device.objects.get().name == "Anna’s laptop"


def test_markup_in_a_name_is_text(post):
    page = post("<b>PC</b>").content.decode()
    assert "&lt;b&gt;PC&lt;/b&gt;" in page
    assert "<b>PC" not in page


def test_strangers_device_does_not_exist(client_of, other_customer, connected):
    url = reverse("devices:rename", args=[connected.pk])
    browser = client_of(other_customer)
    assert [browser.get(url).status_code, browser.post(url, {"name": "Mine"}).status_code] == [404, 404]
    assert Device.objects.get().name == "Anna’s laptop"
