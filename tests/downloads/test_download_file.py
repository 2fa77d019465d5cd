"""The file itself: who receives it, under which name, and what is remembered."""

import logging
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from downloads.models import Installer
from downloads.services import withdraw_installer
from downloads.verbs import Verb
from licenses.models import Event
from tests.downloads.conftest import EXE, body, sha256
from tests.factories import LicenseFactory, TermFactory

HIDDEN_SPELLINGS = [
    "..%2f..%2fportal.sqlite3",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%5c..%5cwin.ini",
    "%2fetc%2fpasswd",
    "....//....//etc/passwd",
    "..%c0%af..%c0%afetc",
    "file:%2f%2f%2fetc%2fpasswd",
    "a%00b.exe",
]


def license_from(owner, product, first: int, last: int, **fields):
    license = LicenseFactory(owner=owner, product=product, terms=[], **fields)
    now = timezone.now()
    TermFactory(license=license, starts_at=now + timedelta(days=first), ends_at=now + timedelta(days=last))
    return license


def test_customer_receives_the_file_under_its_name(client_of, customer, licensed):
    answer = client_of(customer).get(licensed.get_absolute_url())
    assert sha256(body(answer)) == licensed.sha256
    assert answer["Content-Disposition"] == 'attachment; filename="ks4.021.3.10.391en_23857.exe"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("Kaspersky Security Cloud.exe", 'attachment; filename="Kaspersky Security Cloud.exe"'),
        ("Schutz für alle.exe", "attachment; filename*=utf-8''Schutz%20f%C3%BCr%20alle.exe"),
        ("it's; a, test.exe", 'attachment; filename="it\'s; a, test.exe"'),
    ],
)
def test_names_survive_the_header(client_of, customer, publish, name, header):
    installer = publish(file_name=name)
    LicenseFactory(owner=customer, product=installer.product)
    answer = client_of(customer).get(installer.get_absolute_url())
    assert body(answer) == EXE
    assert answer["Content-Disposition"] == header


def test_visitor_is_asked_to_sign_in(client, licensed):
    answer = client.get(licensed.get_absolute_url())
    assert answer["Location"].startswith(reverse("account_login"))


def test_customer_without_license_is_told_which_one_is_missing(client_of, other_customer, licensed):
    answer = client_of(other_customer).get(licensed.get_absolute_url())
    page = answer.content.decode()
    assert answer.status_code == 403
    assert licensed.product.name in page
    assert "You have no license for this product." in page
    assert reverse("licenses:add") in page
    assert not Event.objects.filter(verb=Verb.INSTALLER_DOWNLOADED).exists()


@pytest.mark.parametrize(
    ("first", "last", "fields", "words"),
    [
        (-400, -35, {}, "Your license ended on"),
        (10, 375, {}, "Your license starts on"),
        (-10, 355, {"blocked_at": timezone.now(), "blocked_reason": "Refunded."}, "Your license is blocked: Refunded."),
    ],
)
def test_license_that_does_not_run_opens_nothing(client_of, customer, publish, first, last, fields, words):
    installer = publish()
    license_from(customer, installer.product, first, last, **fields)
    answer = client_of(customer).get(installer.get_absolute_url())
    assert answer.status_code == 403
    assert words in answer.content.decode()


def test_license_of_the_predecessor_does_not_open_the_successor(client_of, customer, publish, licensed):
    new = publish(version="1")
    licensed.product.successor = new.product
    licensed.product.save()
    assert client_of(customer).get(new.get_absolute_url()).status_code == 403


def test_other_name_leads_to_the_right_one(client_of, customer, licensed):
    answer = client_of(customer).get(reverse("downloads:file", args=[licensed.pk, "old name.exe"]))
    assert answer["Location"] == licensed.get_absolute_url()


@pytest.mark.parametrize("spelling", HIDDEN_SPELLINGS)
def test_path_comes_from_the_row_never_from_the_address(client_of, customer, licensed, spelling):
    answer = client_of(customer).get(f"/downloads/files/{licensed.pk}/{spelling}")
    assert answer.status_code in (302, 400, 404)
    assert answer.get("Location", licensed.get_absolute_url()) == licensed.get_absolute_url()


def test_withdrawn_and_future_installers_do_not_exist(client_of, customer, publish, licensed):
    future = publish(product=licensed.product, version="22", released_at=timezone.now() + timedelta(days=1))
    withdraw_installer(installer=licensed, at=timezone.now())
    for installer in (licensed, future):
        assert client_of(customer).get(installer.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_missing_file_is_told_kindly_and_logged(client_of, customer, licensed, uploads, caplog, damage):
    path = uploads / licensed.file.name
    path.unlink() if damage == "gone" else path.write_bytes(EXE[:100])
    with caplog.at_level(logging.ERROR, "downloads"):
        answer = client_of(customer).get(licensed.get_absolute_url())
    assert answer.status_code == 503
    assert "not available right now" in answer.content.decode()
    assert licensed.file.name in caplog.text


def test_web_server_sends_the_file_where_it_can(client_of, customer, other_customer, licensed, settings):
    settings.ACCEL_PREFIX = "/uploads/"
    Installer.objects.filter(pk=licensed.pk).update(file="installers/a b/%.exe", size=0, sha256=sha256(b""))
    (settings.MEDIA_ROOT / "installers/a b").mkdir()
    (settings.MEDIA_ROOT / "installers/a b/%.exe").touch()
    answer = client_of(customer).get(licensed.get_absolute_url())
    assert answer["X-Accel-Redirect"] == "/uploads/installers/a%20b/%25.exe"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "X-Accel-Redirect" not in client_of(other_customer).get(licensed.get_absolute_url())


@pytest.mark.parametrize("accel", ["", "/uploads/"])
def test_a_download_is_remembered_once_however_many_parts_it_has(client_of, customer, licensed, settings, accel):
    settings.ACCEL_PREFIX = accel
    client, url = client_of(customer), licensed.get_absolute_url()
    client.head(url)
    for part in ["bytes=0-99", "bytes=100-199", "bytes=-10"]:
        body(client.get(url, headers={"Range": part}))
    event = Event.objects.get(verb=Verb.INSTALLER_DOWNLOADED)
    assert (event.actor, event.license.product) == (customer, licensed.product)
    assert event.sentence == "ks4.021.3.10.391en_23857.exe downloaded"
