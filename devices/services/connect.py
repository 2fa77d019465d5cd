"""Give a machine its seat, in this account and in no other."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from devices.mails import mail_about_move
from devices.models import Device
from devices.refusals import ChooseLicense, NoLicense
from licenses.models import License, Plan, Product, Seat
from licenses.protection import protectors
from licenses.services import end_trial, free_seat, seat_left, take_seat
from licenses.standing import Standing
from portal.foundation.database.locks import lock_name
from portal.foundation.oauth.models import SignIn
from portal.foundation.oauth.services import end_sign_ins
from portal.foundation.refusals import Refusal

from .cleaning import clean_machine_id, clean_platform, clean_versions, name_by_product, write


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
    choose: bool = False,
    actor=None,
    at: datetime,
) -> Seat:
    """Give a machine a seat of this license, or of the one of the account that fits; a reinstall gets its own again.

    Raises, and then no row has changed: `bad_machine_id`, `bad_platform`, `no_license`,
    `choose_license` (only with `choose`), and those of `licenses.services.take_seat`.
    """
    machine_id, platform = clean_machine_id(machine_id), clean_platform(platform)
    lock_machine(machine_id)
    elsewhere = Seat.objects.held().filter(device__machine_id=machine_id).exclude(device__owner=user)
    lock_all(user, product, elsewhere)
    facts = {**clean_versions(os_version, app_version), "platform": platform}
    facts["form"] = form if form in Device.Form else ""
    device = find_or_make(user=user, machine_id=machine_id, name=name, facts=facts, at=at)
    owned = License.objects.for_user(user).filter(product=product).standings(at)
    left = seat_left(device=device, product=product, standings=owned)
    candidates = candidates_for(device, product, [each for each in owned if license in (None, each.license)])
    if choose and left is None:
        refuse_to_choose(candidates, device)
    seat = first_seat(candidates, device, left=left, actor=actor, at=at)
    give_up_others(seat, product, actor=actor, at=at)
    leave_accounts(seat, elsewhere, at=at)
    return seat


def lock_machine(machine_id: str) -> None:
    """Let one connect of a machine wait for the other, also in two accounts, whose rows have nothing in common."""
    lock_name("machine", machine_id)


def lock_all(user, product: Product, elsewhere: QuerySet[Seat]) -> None:
    """Lock all licenses that this may touch, in one order, so that two account changes never wait for each other.

    In the other account, a device that is about to move may sit on any license of the product by then.
    """
    own = Q(owner=user, product=product)
    seats = elsewhere.order_by().values_list("license__owner", "license__product")
    for other_owner, other_product in set(seats):
        own |= Q(owner=other_owner, product=other_product)
    list(License.objects.filter(own).select_for_update(no_key=True).order_by("pk"))


def find_or_make(*, user, machine_id: str, name: str, facts: dict, at: datetime) -> Device:
    """Return the device of this machine in this account, with what the product says about it; made when new."""
    new = {"name": name_by_product(name, facts["platform"]), "created_at": at}
    # If another thread makes the same device at this instant, the constraint refuses ours and theirs is returned.
    device, made = Device.objects.get_or_create(
        owner=user, machine_id=machine_id, defaults={**new, **facts, "last_seen_at": at}
    )
    device.owner = user
    if not made:
        # The name is the owner's: a reinstall must not undo a renaming.
        write(device, **facts, last_seen_at=at)
    return device


def candidates_for(device: Device, product: Product, found: list[Standing]) -> list[Standing]:
    """Return the licenses to try, first the one where it sits, then those that run longest; if none runs, all."""
    if not found:
        raise NoLicense(product=product)
    running = protectors(found)
    running.sort(key=lambda standing: standing.has_seat_for(device), reverse=True)
    return running or found


def refuse_to_choose(candidates: list[Standing], device: Device) -> None:
    """Ask which license it shall be when several have a free seat and the device has none yet."""
    fitting = [each for each in candidates if each.is_running and each.has_room_for(device.platform)]
    if len(fitting) > 1 and not any(standing.has_seat_for(device) for standing in candidates):
        raise ChooseLicense(standings=fitting, device=device)


def first_seat(candidates: list[Standing], device: Device, *, left: Seat | None, actor, at: datetime) -> Seat:
    """Take a seat of the first license that gives one; else refuse as the one does about which most can be done.

    All are locked, so where there is no room none will be; only a license that moved too often still says no.
    """
    roomy = [each for each in candidates if each.has_seat_for(device) or each.has_room_for(device.platform)]
    fitting = [standing for standing in candidates if standing.pools_for(device.platform)]
    refusals = []
    for standing in roomy or (fitting or candidates)[:1]:
        try:
            return take_seat(license=standing.license, device=device, left=left, actor=actor, at=at)
        except Refusal as refusal:
            refusals.append(refusal)
    raise refusals[0]


def give_up_others(seat: Seat, product: Product, *, actor, at: datetime) -> None:
    """A product on a device uses one seat: give back what the device held under other licenses of the product."""
    others = Seat.objects.held().filter(device=seat.device, license__product=product).exclude(pk=seat.pk)
    for other in others.select_related("license"):
        free_seat(license=other.license, device=seat.device, actor=actor or seat.device.owner, at=at)


def leave_accounts(seat: Seat, elsewhere: QuerySet[Seat], *, at: datetime) -> None:
    """Take the machine out of other accounts, sign-ins included, and tell their owners; not who has it now."""
    left: dict[Device, list[License]] = {}
    for other in elsewhere.select_related("license__product", "device__owner").order_by("license_id"):
        left.setdefault(other.device, []).append(other.license)
    for device, licenses in left.items():
        for license in licenses:
            free_seat(license=license, device=device, at=at)
        trials = [license for license in licenses if is_bought(seat, license) and end_trial(license=license, at=at)]
        mail_about_move(device=device, licenses=licenses, trials=trials)
    same_machine = SignIn.objects.filter(bound__device__machine_id=seat.device.machine_id)
    end_sign_ins(sign_ins=same_machine.exclude(user=seat.device.owner), end=SignIn.End.MOVED, at=at)


def is_bought(seat: Seat, tried: License) -> bool:
    """Whether the machine now has for money what it had on trial; a trial of another product goes on."""
    return seat.license.product_id == tried.product_id and seat.pool.plan.kind != Plan.Kind.TRIAL
