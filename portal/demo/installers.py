"""Installer files of the demonstration: real files with a true SHA-256, which say inside that they install nothing."""

from collections.abc import Iterator
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from downloads.models import Installer
from downloads.services import publish_installer
from licenses.models import Product

from .catalog import MACOS, PRODUCTS, WINDOWS, Sold

SIZE = 5 * 1024**2
NOTE = (
    "DEMONSTRATION FILE {name}\r\n"
    "It stands in for {product} {version} in an independent demonstration of a customer portal.\r\n"
    "It contains no program and installs nothing.\r\n"
)
# Without words, so that every language reads them; a file has its requirements once.
REQUIREMENTS = {WINDOWS: "Windows 10 / 11 (64 bit)\n2 GB RAM", MACOS: "macOS 13+\n4 GB RAM"}


def load_installers() -> None:
    """Publish what is missing."""
    for sold in PRODUCTS:
        product = Product.objects.get(slug=sold.slug)
        for platform in files_of(sold):
            if not Installer.objects.filter(product=product, platform=platform).exists():
                publish(sold, product, platform)


def files_of(sold: Sold) -> Iterator[str]:
    return (platform for platform in (WINDOWS, MACOS) if platform in sold.platforms)


def publish(sold: Sold, product: Product, platform: str) -> None:
    name = f"{sold.file_prefix}{sold.version}en_23857.exe" if platform == WINDOWS else f"{sold.name}.dmg"
    publish_installer(
        product=product,
        platform=platform,
        version=sold.version,
        file=ContentFile(content(sold, name), name),
        file_name=name,
        requirements=REQUIREMENTS[platform],
        at=timezone.now(),
        released_at=timezone.now() - timedelta(days=40),
    )


def content(sold: Sold, name: str) -> bytes:
    """Return the same bytes for the same name: a readable note, repeated, with the marks of the format around it."""
    note = NOTE.format(name=name, product=sold.name, version=sold.version).encode()
    body = note * (SIZE // len(note) + 1)
    return b"MZ\r\n" + body if name.endswith(".exe") else body + b"koly".ljust(512, b"\0")
