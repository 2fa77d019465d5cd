"""The rules that write: publish, withdraw and choose installers, remember downloads, give products guides,
make links for another device."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from downloads import refusals
from downloads.formats import EXTENSIONS, content_fits, extension
from downloads.links import WORKS_FOR, address_of, digest_of, token_of
from downloads.mails import mail_link
from downloads.models import DeviceLink, Installer, SetupGuide, store_by_hash
from downloads.verbs import Verb
from licenses.models import Event, License, Product
from licenses.services import record_event
from portal.foundation.api import limits
from portal.foundation.queue.batches import delete_in_batches

logger = logging.getLogger("portal.downloads")

CHECKED_EVERY = timedelta(days=1)
# A link is mailed so often in so long, and not twice in a minute.
LINK_MAILS, LINK_MAILS_WINDOW, LINK_MAILS_PAUSE = 6, timedelta(hours=1), timedelta(minutes=1)
ADDRESS_KEY = "sign_in_address"
GUIDE_TEXTS = Path(__file__).parent / "guides"
# Minutes that the default texts take on Windows, a Mac and a phone.
GUIDE_MINUTES = {
    Product.Kind.PROTECTION: {"windows": 15, "mac": 20, "mobile": 5},
    Product.Kind.VPN: {"windows": 5, "mac": 5, "mobile": 4},
    Product.Kind.PASSWORDS: {"windows": 15, "mac": 15, "mobile": 10},
    Product.Kind.CHILDREN: {"windows": 20, "mac": 25, "mobile": 15},
}


def check_installer(
    *, product: Product, platform: str, version: str, language: str, file: File, file_name: str
) -> None:
    """Refuse what cannot be published: `bad_name`, `bad_extension`, `too_large`, `bad_content`, `version_exists`."""
    check_name(platform, file_name)
    if file.size > settings.INSTALLER_MAX_SIZE:
        raise refusals.TooLarge(limit=settings.INSTALLER_MAX_SIZE)
    if not content_fits(file, file_name):
        raise refusals.BadContent(extension=extension(file_name))
    if Installer.objects.filter(product=product, platform=platform, version=version, language=language).exists():
        raise refusals.VersionExists()


def check_name(platform: str, file_name: str) -> None:
    """Refuse a name that a customer's system could not store (`bad_name`) or would not open (`bad_extension`)."""
    try:
        Installer._meta.get_field("file_name").clean(file_name, None)
    except ValidationError as error:
        raise refusals.BadName(reason=error.messages[0]) from error
    allowed = EXTENSIONS[Installer.Platform(platform)]
    if extension(file_name) not in allowed:
        raise refusals.BadExtension(allowed=list(allowed))


def publish_installer(
    *,
    product: Product,
    platform: str,
    version: str,
    file: File,
    file_name: str,
    language: str = "en",
    requirements: str = "",
    at: datetime,
    released_at: datetime | None = None,
    actor=None,
) -> Installer:
    """Store a file under its hash and offer it from `released_at` on. Refuses as `check_installer` does."""
    check_installer(
        product=product, platform=platform, version=version, language=language, file=file, file_name=file_name
    )
    installer = Installer(
        product=product,
        platform=platform,
        version=version,
        language=language,
        file_name=file_name,
        size=file.size,
        sha256=sha256_of(file),
        requirements=requirements,
        released_at=released_at or at,
    )
    # Outside of the transaction: a large copy must not hold the database. A file without a row does no harm.
    installer.file.name = store_once(installer, file)
    installer.checked_at = at
    installer.checked_modified_at = installer.file.storage.get_modified_time(installer.file.name)
    try:
        with transaction.atomic():
            installer.save(force_insert=True)
            record_event(Verb.INSTALLER_PUBLISHED, actor=actor, details=event_details(installer), at=at)
            write_default_guides(product=product, platforms=[installer.tab])
    except IntegrityError as error:  # somebody published the same version at the same moment
        raise refusals.VersionExists() from error
    return installer


def sha256_of(file: File) -> str:
    """Hash a file piece by piece, so that its size does not matter."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def store_once(installer: Installer, file: File) -> str:
    """Keep the content under its hash and return that name; what is stored already is never written again."""
    storage, name = installer.file.storage, store_by_hash(installer, installer.file_name)
    if storage.exists(name) and storage.size(name) == installer.size:
        return name
    return storage.save(name, file)


@transaction.atomic
def withdraw_installer(*, installer: Installer, at: datetime, actor=None) -> Installer:
    """Stop offering an installer; its row and file stay as a record. A second time changes nothing."""
    installer = Installer.objects.select_for_update(no_key=True).get(pk=installer.pk)
    if installer.withdrawn_at is None:
        installer.withdrawn_at = at
        installer.save(update_fields=["withdrawn_at"])
        record_event(Verb.INSTALLER_WITHDRAWN, actor=actor, details=event_details(installer), at=at)
    return installer


@transaction.atomic
def put_back_installer(*, installer: Installer, at: datetime, actor=None) -> Installer:
    """Offer a withdrawn installer again, as before. A second time changes nothing."""
    installer = Installer.objects.select_for_update(no_key=True).get(pk=installer.pk)
    if installer.withdrawn_at:
        installer.withdrawn_at = None
        installer.save(update_fields=["withdrawn_at"])
        record_event(Verb.INSTALLER_PUT_BACK, actor=actor, details=event_details(installer), at=at)
    return installer


@transaction.atomic
def make_current(*, installer: Installer, at: datetime, actor=None) -> Installer:
    """Offer this version whatever higher ones there are, until `follow_versions`. A second time changes nothing.

    Raises `not_published` when it was withdrawn or is not released yet.
    """
    installer = lock_among_versions(installer)
    if not installer.is_published(at):
        raise refusals.NotPublished(installer=installer)
    if installer.made_current_at is None:
        Installer.objects.like(installer).update(made_current_at=None)
        installer.made_current_at = at
        installer.save(update_fields=["made_current_at"])
        record_event(Verb.INSTALLER_MADE_CURRENT, actor=actor, details=event_details(installer), at=at)
    return installer


@transaction.atomic
def follow_versions(*, installer: Installer, at: datetime, actor=None) -> Installer:
    """Take back `make_current`: the highest version is offered again. A second time changes nothing."""
    installer = lock_among_versions(installer)
    if installer.made_current_at:
        installer.made_current_at = None
        installer.save(update_fields=["made_current_at"])
        record_event(Verb.INSTALLER_NOT_CURRENT, actor=actor, details=event_details(installer), at=at)
    return installer


def lock_among_versions(installer: Installer) -> Installer:
    """Lock all versions among which one is current, always in the same order, and return this one."""
    versions = Installer.objects.like(installer).select_related("product").order_by("pk")
    return next(one for one in versions.select_for_update(of=("self",), no_key=True) if one.pk == installer.pk)


def is_deliverable(installer: Installer, at: datetime) -> bool:
    """Tell whether the stored file is what was published; one that was touched since the last look is compared now."""
    return installer.is_as_checked or check_file(installer=installer, at=at)


def check_file(*, installer: Installer, at: datetime) -> bool:
    """Compare the stored bytes with the hash and remember what came of it; a difference is an error in the log."""
    storage, name = installer.file.storage, str(installer.file.name)
    try:
        modified_at = storage.get_modified_time(name)
        with storage.open(name) as file:
            whole = file.size == installer.size and sha256_of(file) == installer.sha256
    except OSError:
        modified_at, whole = None, False
    if not whole:
        logger.error("Installer %s: its file %s is missing or not what was published", installer.pk, name)
    return record_check(installer.pk, whole=whole, modified_at=modified_at, at=at)


@transaction.atomic
def record_check(pk: int, *, whole: bool, modified_at: datetime | None, at: datetime) -> bool:
    installer = Installer.objects.select_for_update(no_key=True, of=("self",)).select_related("product").get(pk=pk)
    if not whole and installer.damaged_at is None:
        record_event(Verb.INSTALLER_DAMAGED, details=event_details(installer), at=at)
    installer.checked_at, installer.checked_modified_at = at, modified_at
    installer.damaged_at = None if whole else installer.damaged_at or at
    installer.save(update_fields=["checked_at", "checked_modified_at", "damaged_at"])
    return whole


def check_files(*, at: datetime) -> int:
    """Compare each offered installer with its hash once a day; return how many were found damaged."""
    due = Q(checked_at__isnull=True) | Q(checked_at__lte=at - CHECKED_EVERY)
    return sum(not check_file(installer=installer, at=at) for installer in Installer.objects.published(at).filter(due))


def count_download(*, user, installer: Installer, begins: bool) -> limits.Count:
    """Count a download that begins, or one more part of a file that this account began to download within the hour.

    A part of a file that was not begun counts as a beginning: else all but the first byte could be had without end.
    """
    parts = limits.count("download-part", f"{user.pk} {installer.pk}")
    if parts.is_over or not (begins or parts.number == 1):
        return parts
    downloads = limits.count("download", user.pk)
    if downloads.is_over:
        limits.give_back("download-part", f"{user.pk} {installer.pk}")
    return downloads


def record_download(*, user, installer: Installer, at: datetime) -> Event:
    """Remember that this customer began to download; it shows in the history of the license that gave the right."""
    license = License.objects.for_user(user).active_at(at).filter(product=installer.product_id).first()
    details = event_details(installer)
    return record_event(Verb.INSTALLER_DOWNLOADED, actor=user, license=license, details=details, at=at)


def event_details(installer: Installer) -> dict[str, str]:
    return {"file": installer.file_name, "version": installer.version, "sha256": installer.sha256}


def write_default_guides(
    *, product: Product, platforms: Iterable[str] = tuple(SetupGuide.Platform)
) -> list[SetupGuide]:
    """Give a product the guides of its kind that it lacks; what staff wrote is never touched."""
    written = []
    minutes = GUIDE_MINUTES[Product.Kind(product.kind)]
    for path in sorted((GUIDE_TEXTS / product.kind).glob("*.md")):
        platform, language = path.stem.split(".")
        if platform in platforms:
            guide, created = SetupGuide.objects.get_or_create(
                product=product,
                platform=platform,
                language=language,
                defaults={"body": path.read_text("utf-8"), "minutes": minutes[platform]},
            )
            written += [guide] if created else []
    return written


def prune_links(*, at: datetime) -> int:
    """Delete the links that ran out; return how many."""
    return delete_in_batches(DeviceLink.objects.filter(expires_at__lte=at))


@transaction.atomic
def make_link(*, license: License, at: datetime) -> str:
    """Return the address that opens the product of this license on another device; it works for seven days from now.

    It reads the same all day, so that a page that is looked at twice does not change under a person who types it.
    """
    token = token_of(license, timezone.localdate(at, timezone.get_default_timezone()))
    DeviceLink.objects.update_or_create(
        digest=digest_of(token),
        defaults={"user": license.owner, "license": license, "expires_at": at + WORKS_FOR},
    )
    return address_of(token)


@transaction.atomic
def send_link(*, license: License, at: datetime) -> None:
    """Mail the link of this license to its owner, and to nobody else. Raises `slow_down`."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=license.owner_id)
    refuse_many_mails(license.owner, at)
    mail_link(license=license, address=make_link(license=license, at=at), expires_at=at + WORKS_FOR)
    record_event(Verb.LINK_MAILED, actor=license.owner, license=license, at=at)


def refuse_many_mails(user, at: datetime) -> None:
    """Refuse a link soon after the last one, and one more than an hour allows; the account is locked while we count."""
    mailed = Event.objects.filter(actor=user, verb=Verb.LINK_MAILED, at__gt=at - LINK_MAILS_WINDOW)
    times = list(mailed.order_by("-at").values_list("at", flat=True)[:LINK_MAILS])
    waits = [times[0] + LINK_MAILS_PAUSE] if times else []
    if len(times) == LINK_MAILS:
        waits.append(times[-1] + LINK_MAILS_WINDOW)
    until = max(waits, default=at)
    if until > at:
        raise refusals.LinkMailedAlready(again_at=until, at=at, reader=user)


def find_link(*, text: str, at: datetime) -> DeviceLink | None:
    """Return the link that somebody typed or scanned, if it works."""
    links = DeviceLink.objects.open_at(at).select_related("user", "license__product")
    return links.filter(digest=digest_of(text)).first()


def remember_address(*, session, link: DeviceLink) -> None:
    """Let the sign-in in this browser begin with the address of whoever made the link."""
    session[ADDRESS_KEY] = link.user.email
