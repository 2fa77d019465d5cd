"""How many downloads an account may begin; going on with one is none."""

from datetime import timedelta

import pytest

from downloads.verbs import Verb
from licenses.models import Event
from portal.foundation.api.models import RateCount
from tests.downloads.conftest import body
from tests.factories import LicenseFactory
from tests.races import THREADS, race

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three(settings):
    settings.LIMITS = {**settings.LIMITS, "download": (3, timedelta(hours=1)), "download-part": (9, timedelta(hours=1))}


def get(browser, installer, part="", **headers):
    answer = browser.get(installer.get_absolute_url(), headers={"Range": part, **headers} if part else headers)
    return answer.status_code, body(answer).decode("latin-1")


@pytest.fixture
def browser(client_of, customer):
    return client_of(customer)


def test_fourth_download_is_refused_until_the_hour_is_over(browser, licensed):
    assert [get(browser, licensed)[0] for _time in range(3)] == [200] * 3
    RateCount.objects.update(began_at=RateCount.objects.get(key__startswith="download:").began_at - 45 * 60)
    answer = browser.get(licensed.get_absolute_url())
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) in range(890, 901)
    assert f"You can download {licensed.product.name} again in 15 minutes, at " in answer.content.decode()
    assert Event.objects.filter(verb=Verb.INSTALLER_DOWNLOADED).count() == 3
    RateCount.objects.update(began_at=0)
    assert get(browser, licensed)[0] == 200


@pytest.mark.parametrize("accel", ["", "/uploads/"])
def test_parts_of_a_file_that_was_begun_are_no_downloads(browser, licensed, settings, accel):
    settings.ACCEL_PREFIX = accel
    get(browser, licensed, "bytes=0-99")
    assert {get(browser, licensed, f"bytes={number}00-")[0] for number in range(1, 6)} <= {200, 206}
    assert RateCount.objects.get(key__startswith="download:").count == 1


def test_part_of_a_file_that_was_not_begun_is_a_download(browser, publish, customer):
    files = [publish() for _number in range(4)]
    for file in files:
        LicenseFactory(owner=customer, product=file.product)
    assert [get(browser, file, "bytes=1-")[0] for file in files] == [206, 206, 206, 429]
    assert get(browser, files[3], "bytes=1-")[0] == 429


def test_parts_have_an_end_too(browser, licensed):
    assert [get(browser, licensed, "bytes=5-")[0] for _time in range(10)] == [206] * 9 + [429]


def test_what_sends_no_file_is_not_counted(browser, licensed, client_of, other_customer):
    etag = browser.head(licensed.get_absolute_url())["ETag"]
    assert get(browser, licensed, **{"If-None-Match": etag})[0] == 304
    assert get(browser, licensed, "bytes=99999-")[0] == 416
    assert get(client_of(other_customer), licensed)[0] == 403
    assert not RateCount.objects.exists()


def test_each_account_has_its_own_limit(browser, licensed, client_of, other_customer):
    LicenseFactory(owner=other_customer, product=licensed.product)
    for _time in range(4):
        get(browser, licensed)
    assert get(client_of(other_customer), licensed)[0] == 200


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_exactly_three_of_sixteen_at_once(client_of, customer, licensed):
    browsers = [client_of(customer) for _thread in range(THREADS)]

    def prepare():
        RateCount.objects.all().delete()

    for this in race(lambda _nothing, number: get(browsers[number], licensed)[0], prepare=prepare, rounds=3):
        assert this.errors == []
        assert sorted(this.results) == [200] * 3 + [429] * (THREADS - 3)
