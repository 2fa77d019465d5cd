"""Installers with real files, each test with an empty folder of uploads."""

import hashlib

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from downloads import services
from tests.factories import LicenseFactory, ProductFactory

EXE = b"MZ" + bytes(range(256)) * 4
DMG = b"disk image" * 90 + b"koly" + bytes(508)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def publish(db):
    """Publish an installer; what a test does not name is a small Windows program."""

    def publish(content: bytes = EXE, **fields):
        mac = fields.get("platform") == "macos"
        fields = {
            "platform": "windows",
            "version": "21.3",
            "file_name": "Kaspersky Security Cloud.dmg" if mac else "ks4.021.3.10.391en_23857.exe",
            "at": timezone.now(),
            **fields,
        }
        product = fields.pop("product", None) or ProductFactory()
        return services.publish_installer(product=product, file=ContentFile(content), **fields)

    return publish


@pytest.fixture
def licensed(publish, customer):
    """An installer for which the customer has a running license."""
    installer = publish()
    LicenseFactory(owner=customer, product=installer.product)
    return installer


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def body(answer) -> bytes:
    """Read what was sent to the end, which also closes the file."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content
