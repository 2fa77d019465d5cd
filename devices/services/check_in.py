"""Hear from a product that it is alive, and renew its lease as long as it has a right."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from devices.answers import farewell, other_devices
from devices.models import Device
from licenses.models import License, Product, Seat
from portal.identity.models import SignIn
from portal.words import moment

from .connect import seats_well
from .facts import clean_versions
from .leases import IssuedLease, issue_lease

SEEN_AT_MOST_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class CheckedIn:
    seat: Seat
    lease: IssuedLease


@transaction.atomic
def check_in(
    *,
    device: Device,
    app_version: str,
    os_version: str,
    report: str,
    product: str = "",
    held: str = "",
    nonce: str = "",
    now: datetime | None = None,
) -> CheckedIn:
    """Renew the lease of a product on a device, and record that it is alive: at most once in five minutes.

    Raises `disconnected` for a device without a seat, `blocked`, `expired` and `seat_limit` for what became of its
    license, `not_found` for a product that nobody sells, and `bad_report`; then nothing is written.
    """
    now = now or timezone.now()
    facts = {**clean_versions(os_version, app_version), "report": clean_report(report)}
    news = {**facts, "last_seen_at": now} if is_to_write(device, facts, now) else {}
    if news:
        # The device before its seat, as `connect` does it, so that neither waits for the other.
        Device.objects.filter(pk=device.pk).update(**news)
    seats = read_seats(device, product)
    if product and not seats:
        refuse_unknown(product)
    seat = seat_with_right(device, seats, now)
    lease = issue_lease(seat=seat, nonce=nonce, held=held, now=now)
    for field, value in news.items():
        setattr(device, field, value)
    return CheckedIn(seat, lease)


def clean_report(report: str) -> str:
    if report not in Device.Report:
        raise ValidationError(_("There is no such report."), code="bad_report")
    return report


def is_to_write(device: Device, facts: dict[str, str], now: datetime) -> bool:
    """Whether the product says something new, or was not heard of for five minutes."""
    said_before = all(getattr(device, field) == value for field, value in facts.items())
    seen_lately = device.last_seen_at and now - device.last_seen_at < SEEN_AT_MOST_EVERY
    return not (said_before and seen_lately)


def read_seats(device: Device, product: str) -> list[Seat]:
    """Return the seats that the device holds, each with its license, product, pool and terms: in one query.

    They are locked: a disconnect that comes at this moment is either seen here, or waits until the lease is signed.
    """
    held = Seat.objects.held().filter(device=device, **({"license__product__slug": product} if product else {}))
    seats: dict[int, Seat] = {}
    terms: dict[int, list] = {}
    for row in held.with_each_term().select_for_update(no_key=True, of=("self",)).order_by("pk", "term__starts_at"):
        seats.setdefault(row.pk, row)
        terms.setdefault(row.pk, []).append(row.term)
    for seat in seats.values():
        seat.device, seat.license.ordered_terms = device, [term for term in terms[seat.pk] if term]
    return list(seats.values())


def refuse_unknown(product: str) -> None:
    """A name that is misspelled must not sound like a disconnect."""
    if not Product.objects.filter(slug=product).exists():
        raise ValidationError(_("There is no such product."), code="not_found")


def seat_with_right(device: Device, seats: list[Seat], now: datetime) -> Seat:
    """Return the seat that protects the device for longest, or say why none does."""
    if not seats:
        raise disconnected(device)
    running = [seat for seat in seats if seat.license.term_in_force(now) and not seat.license.blocked_at]
    good = [seat for seat in running if is_seated(seat, now)]
    if good:
        return max(good, key=lambda seat: seat.license.protected_until(now) or now)
    if running:
        raise no_room(running[0])
    blocked = next((seat.license for seat in seats if seat.license.blocked_at), None)
    if blocked:
        reason = blocked.block_reason or _("please contact support.")
        raise ValidationError(_("This license is blocked: %(reason)s"), code="blocked", params={"reason": reason})
    raise ValidationError(_("The license of this device has ended."), code="expired")


def is_seated(seat: Seat, now: datetime) -> bool:
    """Whether the plan that runs now has room for the device: a place that still exists is kept."""
    pool, term = seat.pool, seat.license.term_in_force(now)
    if term and pool.plan_id == term.plan_id and (pool.quantity is None or seat.number <= pool.quantity):
        return True
    # Another plan began and nobody has connected since: look where everybody sits now.
    return seats_well(License.objects.with_state().get(pk=seat.license_id), seat.device)


def no_room(seat: Seat) -> ValidationError:
    license = License.objects.with_state().get(pk=seat.license_id)
    return ValidationError(
        _("Your license has no seat for this device any more."),
        code="seat_limit",
        params={"license": license.support_key, "devices": other_devices(license, seat.device)},
    )


def disconnected(device: Device, sign_in: SignIn | None = None) -> ValidationError:
    """Say when and through whom the device lost its seat."""
    facts = farewell(device, sign_in)
    return ValidationError(
        _("%(device)s was disconnected on %(when)s by %(by)s. To use the product here again, sign in on the device."),
        code="disconnected",
        params={**facts, "when": moment(facts["at"], device.owner.zone)},
    )
