"""Publishing: what is taken, what is refused with which code, and that nothing is ever overwritten."""

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from downloads.models import Installer, SetupGuide
from downloads.services import withdraw_installer
from downloads.verbs import Verb
from licenses.models import Event
from tests.downloads.conftest import DMG, EXE, sha256
from tests.factories import ProductFactory, StoreLinkFactory

pytestmark = pytest.mark.django_db

MSI = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
PKG = b"xar!" + bytes(600)


@pytest.mark.parametrize(
    ("platform", "name", "content"),
    [
        ("windows", "setup.exe", EXE),
        ("windows", "SETUP.EXE", EXE),
        ("windows", "setup.msi", MSI),
        ("macos", "Setup with spaces.dmg", DMG),
        ("macos", "setup.pkg", PKG),
    ],
)
def test_installer_is_kept_under_its_hash(publish, uploads, platform, name, content):
    installer = publish(content, platform=platform, file_name=name)
    assert (installer.sha256, installer.size) == (sha256(content), len(content))
    assert (uploads / "installers" / installer.sha256[:2] / installer.sha256).read_bytes() == content
    assert Event.objects.get(verb=Verb.INSTALLER_PUBLISHED).details["sha256"] == installer.sha256


@pytest.mark.parametrize(
    ("code", "content", "fields"),
    [
        ("bad_extension", EXE, {"file_name": "setup.dmg"}),
        ("bad_extension", EXE, {"file_name": "setup.exe.txt"}),
        ("bad_extension", EXE, {"file_name": "setup"}),
        ("bad_extension", EXE, {"file_name": "setup.exe", "platform": "macos"}),
        ("bad_name", EXE, {"file_name": "../setup.exe"}),
        ("bad_name", EXE, {"file_name": "a\nb.exe"}),
        ("bad_name", EXE, {"file_name": "a\\b.exe"}),
        ("bad_name", EXE, {"file_name": ""}),
        ("bad_name", EXE, {"file_name": "x" * 150 + ".exe"}),
        ("bad_content", b"#!/bin/sh" * 100, {}),
        ("bad_content", b"", {}),
        ("bad_content", MSI, {}),
        ("bad_content", EXE, {"platform": "macos"}),
        ("bad_content", b"koly" + bytes(2000), {"platform": "macos"}),
        ("bad_content", b"koly", {"platform": "macos"}),
        ("too_large", EXE + bytes(2000), {}),
    ],
)
def test_refusal(publish, settings, uploads, code, content, fields):
    settings.INSTALLER_MAX_SIZE = 2500
    with pytest.raises(ValidationError) as refusal:
        publish(content, **fields)
    assert refusal.value.code == code
    assert not Installer.objects.exists()
    assert not list(uploads.rglob("*"))


def test_version_is_published_once(publish):
    first = publish()
    with pytest.raises(ValidationError) as refusal:
        publish(EXE + b"other", product=first.product)
    assert refusal.value.code == "version_exists"
    publish(product=first.product, language="de")


def test_database_refuses_a_version_twice_too(publish):
    twin = publish()
    twin.pk = None
    with pytest.raises(IntegrityError):
        twin.save(force_insert=True)


def test_same_content_is_stored_once(publish, uploads):
    one, two = publish(version="1"), publish(version="2")
    assert one.file.name == two.file.name
    assert [path.read_bytes() for path in uploads.rglob("*") if path.is_file()] == [EXE]


def test_publishing_brings_the_guide_of_that_platform(publish):
    installer = publish(DMG, platform="macos")
    guides = SetupGuide.objects.filter(product=installer.product)
    assert sorted(guides.values_list("platform", "language")) == [("mac", "de"), ("mac", "en")]


def test_withdraw_is_remembered_and_safe_to_repeat(publish, customer):
    installer = publish()
    first = withdraw_installer(installer=installer, at=timezone.now(), actor=customer).withdrawn_at
    assert withdraw_installer(installer=installer, at=timezone.now(), actor=customer).withdrawn_at == first
    assert Event.objects.get(verb=Verb.INSTALLER_WITHDRAWN).actor == customer
    assert not Installer.objects.published(timezone.now()).exists()


@pytest.fixture
def upload(client_of, staff):
    """Send the form of the staff area."""

    def upload(content: bytes, name: str = "setup.exe", **fields):
        fields = {
            "platform": "windows",
            "version": "21",
            "language": "en",
            "file_name": "",
            "requirements": "",
            **fields,
        }
        fields |= {"released_at_0": "2026-01-01", "released_at_1": "00:00:00"}
        fields.setdefault("product", ProductFactory().pk)
        form = {**fields, "file": SimpleUploadedFile(name, content)}
        return client_of(staff).post(reverse("admin:downloads_installer_make"), form)

    return upload


def test_staff_upload(upload, staff):
    assert upload(EXE).status_code == 302
    installer = Installer.objects.get()
    assert (installer.file_name, installer.sha256) == ("setup.exe", sha256(EXE))
    assert Event.objects.get(verb=Verb.INSTALLER_PUBLISHED).actor == staff


def test_lower_version_is_published_and_staff_hear_that_customers_do_not_get_it(upload, publish):
    first = publish(version="21.10")
    answer = upload(EXE + b"1", version="21.9", product=first.product_id)
    assert "Customers go on getting version 21.10." in map(str, get_messages(answer.wsgi_request))


def test_version_that_exists_is_a_message_of_the_form(upload, publish):
    first = publish(version="21")
    answer = upload(EXE + b"other", product=first.product_id)
    assert "There is an installer of this version and language already." in answer.content.decode()
    assert Installer.objects.count() == 1


def test_language_is_one_of_the_portal(upload):
    assert "Select a valid choice." in upload(EXE, language="german").content.decode()
    assert upload(EXE, language="de").status_code == 302


def test_staff_read_the_refusal_in_the_form(upload):
    assert "The content is not that of a .exe file." in upload(PKG).content.decode()
    assert not Installer.objects.exists()


def test_published_file_cannot_be_changed_by_staff(client_of, staff, publish):
    installer = publish()
    form = {
        "file": SimpleUploadedFile("x.exe", EXE + b"x"),
        "version": "99",
        "requirements": "Windows 11",
        "released_at_0": "2026-01-01",
        "released_at_1": "00:00:00",
    }
    client_of(staff).post(reverse("admin:downloads_installer_change", args=[installer.pk]), form)
    changed = Installer.objects.get()
    assert (changed.sha256, changed.version, changed.requirements) == (installer.sha256, "21.3", "Windows 11")


def test_staff_withdraw(client_of, staff, publish):
    installer = publish()
    form = {"action": "withdraw", "_selected_action": [installer.pk]}
    client_of(staff).post(reverse("admin:downloads_installer_changelist"), form)
    assert Installer.objects.get().withdrawn_at


@pytest.mark.parametrize("model", ["installer", "storelink", "setupguide"])
def test_lists_of_staff_ask_a_constant_number_of_queries(client_of, staff, publish, model):
    client, counts = client_of(staff), []
    for rows in (1, 29):
        for _ in range(rows):
            StoreLinkFactory(product=publish().product)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(f"admin:downloads_{model}_changelist")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
