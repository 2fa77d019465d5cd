"""A visitor's code is looked up nowhere; how many are kept for one network address is limited all the same."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from licenses import spelling
from portal.foundation.api.models import RateCount

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two(settings):
    settings.LIMITS = {**settings.LIMITS, "visitors-code": (2, timedelta(hours=1))}


def type_code(text, browser=None, address="192.0.2.7"):
    return (browser or Client()).post(reverse("licenses:add"), {"code": text}, REMOTE_ADDR=address)


def test_third_code_of_an_address_is_refused_and_stays_in_the_field():
    assert [type_code(spelling.new_code()).status_code for _time in range(2)] == [302, 302]
    RateCount.objects.update(began_at=RateCount.objects.get().began_at - 45 * 60)
    text = spelling.new_code()
    page = type_code(text).content.decode()
    assert "You can go on in 15 minutes, at " in page
    assert spelling.display(text) in page
    assert Session.objects.count() == 2
    assert type_code(text, address="192.0.2.8").status_code == 302


def test_household_is_one_address():
    answers = [type_code(spelling.new_code(), address=f"2001:db8::{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 200]


def test_slips_and_the_same_code_again_are_not_counted():
    browser, text = Client(), spelling.new_code()
    for _time in range(3):
        assert type_code("ABCDE").status_code == 200
        assert type_code(text, browser).status_code == 302
    assert RateCount.objects.get().count == 1
