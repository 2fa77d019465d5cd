"""The demonstration is visited under the address that its mails name."""

import pytest
from django.test import Client
from django.urls import reverse

PAGE = reverse("account_login")


@pytest.fixture(autouse=True)
def at_home(settings):
    settings.PORTAL_URL = "http://localhost:8000"


def visit(host, accept="text/html,*/*", path=PAGE):
    return Client().get(path, headers={"host": host, "accept": accept})


def test_browser_under_another_name_of_this_computer_goes_on_under_that_of_the_mails():
    assert visit("127.0.0.1:8000", path=f"{PAGE}?next=/devices/")["Location"] == (
        f"http://localhost:8000{PAGE}?next=/devices/"
    )


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:9000", "testserver"])
def test_browser_under_this_name_or_behind_a_tunnel_stays(host):
    assert visit(host).status_code == 200


def test_program_stays():
    assert visit("127.0.0.1:8000", accept="application/json").status_code == 200


def test_form_that_was_sent_is_not_led_away(db):
    answer = Client().post(PAGE, headers={"host": "127.0.0.1:8000", "accept": "text/html"})
    assert answer.status_code == 200
