"""Connect, check in, disconnect, rename: what a product or its owner does with a device."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from devices.mails import mail_about_move
from devices.models import Device
from licenses.models import Event, License, Product, Seat
from licenses.services import free_seat, record_event, take_seat

SEEN_AT_MOST_EVERY = timedelta(minutes=5)
LONGEST_NAME = Device._meta.get_field("name").max_length


@transaction.atomic
def connect(
    *,
    user,
    machine_id: str,
    platform: str,
    product: Product,
    name: str,
    os_version: str = "",
    app_version: str = "",
    form: str = "",
    license: License | None = None,
    now: datetime | None = None,
) -> Seat:
    """Give a machine a seat of the account, of this license or of the one that fits best; a reinstall gets its own.

    Raises `ValidationError`: `no_license`, `expired`, `blocked`, `wrong_platform`, `seat_limit`, or a field's own code.
    """
    now = now or timezone.now()
    machine_id = machine_id.lower()
    elsewhere = Seat.objects.held().filter(device__machine_id=machine_id).exclude(device__owner=user)
    lock_licenses(user, product, elsewhere)
    candidates = candidates_for(user, product, license, now)
    facts = {"platform": platform, "os_version": os_version, "app_version": app_version, "form": form}
    device = find_or_make(user=user, machine_id=machine_id, name=name, facts=facts, now=now)
    seat = first_seat(candidates, device, now)
    for other in elsewhere.select_related("license", "device__owner"):
        free_seat(license=other.license, device=other.device, now=now)
        mail_about_move(device=other.device, license=other.license)
    return seat


def lock_licenses(user, product: Product, elsewhere) -> None:
    """Lock all licenses that this may touch, in one order, so that two account changes never wait for each other."""
    own = License.objects.for_user(user).filter(product=product).values_list("pk", flat=True)
    others = elsewhere.values_list("license_id", flat=True)
    concerned = License.objects.filter(pk__in=sorted({*own, *others}))
    list(concerned.select_for_update(no_key=True).order_by("pk"))


def candidates_for(user, product: Product, license: License | None, now: datetime) -> list[License]:
    """Return the licenses to try, the longest first; refuse when none could ever do."""
    owned = License.objects.for_user(user).filter(product=product).with_state()
    if license:
        owned = owned.filter(pk=license.pk)
    owned = list(owned)
    running = [license for license in owned if license.term_at(now) and not license.blocked_at]
    if running:
        return sorted(running, key=lambda license: license.ends_at, reverse=True)
    if any(license.blocked_at for license in owned):
        raise ValidationError(_("This license is blocked. Please contact support."), code="blocked")
    if owned:
        raise ValidationError(_("Your license for %(product)s has ended."), code="expired", params={"product": product})
    raise ValidationError(
        _("Your account has no license for %(product)s."), code="no_license", params={"product": product}
    )


def find_or_make(*, user, machine_id: str, name: str, facts: dict, now: datetime) -> Device:
    """Return the device of this machine in this account, with what the product says about it; made when new."""
    fresh = Device(owner=user, machine_id=machine_id, name=clean_name(name), last_seen_at=now, **facts)
    fresh.clean_fields()
    # Not by hand: get_or_create survives the other thread that makes the same device at this instant.
    device, made = Device.objects.get_or_create(
        owner=user, machine_id=machine_id, defaults={"name": fresh.name, "last_seen_at": now, **facts}
    )
    if not made:
        # The name is the owner's: a reinstall must not undo a renaming.
        Device.objects.filter(pk=device.pk).update(last_seen_at=now, **facts)
        device.refresh_from_db()
    return device


def first_seat(candidates: list[License], device: Device, now: datetime) -> Seat:
    """Take a seat of the first license that has one for this device; one that it holds already comes first."""
    held = [license for license in candidates if any(seat.device_id == device.pk for seat in license.held_seats)]
    refusals = []
    for license in [*held, *candidates]:
        try:
            return take_seat(license=license, device=device, now=now)
        except ValidationError as refusal:
            refusals.append(refusal)
    raise next((refusal for refusal in refusals if refusal.code == "seat_limit"), refusals[0])


@transaction.atomic
def check_in(*, device: Device, app_version: str, os_version: str, report: str, now: datetime | None = None) -> Device:
    """Record that a product is alive; writes at most once in five minutes unless it says something new.

    Raises `disconnected` for a device without a seat, `blocked` and `expired` for what became of its license.
    """
    now = now or timezone.now()
    device = Device.objects.select_for_update(no_key=True).get(pk=device.pk)
    licenses = License.objects.filter(seats__in=Seat.objects.held().filter(device=device)).with_state()
    refuse_without_right(list(licenses), now)
    facts = {"app_version": app_version, "os_version": os_version, "report": report}
    said_before = all(getattr(device, field) == value for field, value in facts.items())
    seen_lately = device.last_seen_at and now - device.last_seen_at < SEEN_AT_MOST_EVERY
    if not (said_before and seen_lately):
        for field, value in {**facts, "last_seen_at": now}.items():
            setattr(device, field, value)
        device.clean_fields(exclude=["name"])
        device.save(update_fields=[*facts, "last_seen_at"])
    return device


def refuse_without_right(licenses: list[License], now: datetime) -> None:
    """Refuse a device none of whose licenses gives it a right now."""
    if not licenses:
        raise ValidationError(_("This device was disconnected."), code="disconnected")
    if any(license.term_at(now) and not license.blocked_at for license in licenses):
        return
    if any(license.blocked_at for license in licenses):
        raise ValidationError(_("This license is blocked. Please contact support."), code="blocked")
    raise ValidationError(_("The license of this device has ended."), code="expired")


@transaction.atomic
def disconnect(*, device: Device, actor=None, now: datetime | None = None) -> list[Seat]:
    """Take back every seat of a device at once, and return them; none when it held none, which is no error."""
    held = Seat.objects.held().filter(device=device).select_related("license").order_by("license_id")
    freed = [free_seat(license=seat.license, device=device, actor=actor, now=now) for seat in held]
    return [seat for seat in freed if seat]


@transaction.atomic
def rename_device(*, device: Device, name: str, actor=None) -> Device:
    """Give a device the name that its owner knows it by. Raises `no_name`, `long_name`, `bad_name`."""
    name = clean_name(name)
    device = Device.objects.select_for_update(no_key=True).get(pk=device.pk)
    if name != device.name:
        old, device.name = device.name, name
        device.save(update_fields=["name"])
        record_event(Event.Verb.DEVICE_RENAMED, actor=actor, device=device, details={"old": old, "new": name})
    return device


def clean_name(name: str) -> str:
    """Return a name as it is stored: one line, no control characters, not longer than the column."""
    name = " ".join(name.split())
    if not name:
        raise ValidationError(_("Give the device a name."), code="no_name")
    if len(name) > LONGEST_NAME:
        raise ValidationError(
            _("A name can have %(count)d characters at most."), code="long_name", params={"count": LONGEST_NAME}
        )
    if not name.isprintable():
        raise ValidationError(_("This name has a character that cannot be shown. Type it anew."), code="bad_name")
    return name
