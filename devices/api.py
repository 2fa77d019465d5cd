"""The door for products on devices: thin, because every rule is a service."""

from datetime import UTC, datetime
from typing import Annotated

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Body, Path, Router, Schema
from ninja.responses import Status
from pydantic import AfterValidator, Field, WithJsonSchema

from devices import services
from devices.models import Device, device_of
from devices.representations import license_facts, notices
from licenses.models import License, Platform, Product
from licenses.refusals.seats import SeatLimit
from licenses.services import report_full_license
from portal.foundation.api.auth import invalid_token
from portal.foundation.api.openapi import call
from portal.foundation.api.throttles import throttle

router = Router(tags=["devices"])

MACHINE = "3f2a9c317b60d1e84f2a9c317b60d1e8"
# What a service judges is only described here: its refusal has a code of its own.
MachineId = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[0-9a-fA-F]{32}$",
            "description": "Made by the product: 32 hexadecimal digits of a salted digest of the machine’s own id.",
        }
    ),
]
PlatformName = Annotated[str, WithJsonSchema({"type": "string", "enum": Platform.values})]
Report = Annotated[str, WithJsonSchema({"type": "string", "enum": Device.Report.values})]
Slug = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]{1,50}$", description="The short name of the product.")]
Said = Annotated[str, Field(max_length=1000)]
Nonce = Annotated[str, Field(max_length=200, description="Comes back inside the lease.")]
Moment = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


class FittingLicense(Schema):
    id: str = Field(description="The support key.")
    product: str
    plan: str
    kind: str
    seats_total: int | None = Field(description="Null: no limit.")
    seats_free: int | None
    ends_at: Moment | None
    state: str
    shared_by: str | None


class Licenses(Schema):
    licenses: list[FittingLicense]
    server_time: Moment

    model_config = {
        "json_schema_extra": {
            "example": {
                "licenses": [
                    {
                        "id": "4F2A-9C31-7B60",
                        "product": "security-cloud",
                        "plan": "security-cloud-5",
                        "kind": "commercial",
                        "seats_total": 5,
                        "seats_free": 2,
                        "ends_at": "2027-11-24T00:00:00Z",
                        "state": "active",
                        "shared_by": None,
                    }
                ],
                "server_time": "2026-11-24T14:20:00Z",
            }
        }
    }


class Connect(Schema):
    product: Slug
    platform: PlatformName
    os_version: Said = ""
    app_version: Said = ""
    name: Said = Field("", description="The machine’s own name. What its owner called it later stays.")
    license: str | None = Field(None, max_length=40, description="The id of a license; else the portal picks.")
    form: Said = Field("", description="pc, laptop, mac, phone, iphone or tablet; else guessed from the platform.")
    nonce: Nonce = ""
    choose: bool = Field(False, description="Ask with `choose_license` when several licenses fit.")

    model_config = {
        "json_schema_extra": {
            "example": {
                "product": "security-cloud",
                "platform": "windows",
                "os_version": "Windows 11",
                "app_version": "21.3",
                "name": "Anna’s laptop",
                "nonce": "b2f1c7",
            }
        }
    }


class CheckIn(Schema):
    app_version: Said
    os_version: Said
    state: Report
    product: Slug | None = None
    lease: Said = Field("", description="The `jti` of the lease that the product holds.")
    nonce: Nonce = ""

    model_config = {
        "json_schema_extra": {
            "example": {
                "app_version": "21.3",
                "os_version": "Windows 11",
                "state": "protected",
                "product": "security-cloud",
                "lease": "0f6d3a5e8c9b4a7d9e1f2a3b4c5d6e7f",
            }
        }
    }


class DeviceOut(Schema):
    id: int
    name: str
    machine_id: str
    platform: str


class SeatOut(Schema):
    license: str
    number: int
    pool: str = Field(description="The platforms of the seat’s pool, in words.")


class Notice(Schema):
    code: str
    text: str


class Renewed(Schema):
    lease: str = Field(description="A JWT signed with a key of /.well-known/lease-keys.json.")
    check_in_after: Moment
    server_time: Moment
    notices: list[Notice] = Field(description="What to tell the person.")

    model_config = {
        "json_schema_extra": {
            "example": {
                "lease": "eyJhbGciOiJFZERTQSIsInR5cCI6ImxlYXNlK2p3dCIsImtpZCI6IjEifQ.eyJqdGkiOiIwZjZkIn0.c2ln",
                "check_in_after": "2026-11-24T20:20:00Z",
                "server_time": "2026-11-24T14:20:00Z",
                "notices": [],
            }
        }
    }


class Connected(Renewed):
    device: DeviceOut
    seat: SeatOut

    model_config = {
        "json_schema_extra": {
            "example": {
                "device": {"id": 7, "name": "Anna’s laptop", "machine_id": MACHINE, "platform": "windows"},
                "seat": {"license": "4F2A-9C31-7B60", "number": 1, "pool": "Windows / macOS"},
                "lease": "eyJhbGciOiJFZERTQSIsInR5cCI6ImxlYXNlK2p3dCIsImtpZCI6IjEifQ.eyJqdGkiOiIwZjZkIn0.c2ln",
                "check_in_after": "2026-11-24T20:20:00Z",
                "server_time": "2026-11-24T14:20:00Z",
                "notices": [],
            }
        }
    }


@router.get(
    "/licenses",
    response=Licenses,
    operation_id="list_licenses",
    summary="Licenses of the account that fit",
    **call("devices", "bad_platform", "not_found", limit="licenses", examples={"product": "security-cloud"}),
)
def licenses(request, product: Slug | None = None, platform: PlatformName | None = None):
    """Licenses that the owner has not put away; with a platform, those that have seats for it. The one that runs
    longest comes first.
    """
    throttle(request, "licenses", request.auth.user.pk)
    platform = services.clean_platform(platform) if platform else ""
    owned = License.objects.for_user(request.auth.user).kept()
    if product:
        owned = owned.filter(product=get_object_or_404(Product, slug=product))
    facts = [license_facts(standing, platform) for standing in in_order(owned.standings(request.now), platform)]
    return {"licenses": facts, "server_time": request.now}


def in_order(owned, platform):
    fitting = [each for each in owned if each.plan and (not platform or each.pools_for(platform))]
    return sorted(fitting, key=lambda standing: (standing.is_running, standing.ends_at), reverse=True)


@router.put(
    "/devices/{machine_id}",
    response={201: Connected, 200: Connected},
    operation_id="connect_device",
    summary="Connect this device",
    **call(
        "devices",
        "bad_machine_id",
        "bad_platform",
        "not_found",
        "no_license",
        "choose_license",
        "seat_limit",
        "move_limit",
        "wrong_platform",
        "not_started",
        "expired",
        "blocked",
        limit="connect",
        examples={"machine_id": MACHINE},
    ),
)
def connect(request, machine_id: Path[MachineId], said: Body[Connect]):
    """Take a seat for a product on this machine, or the one that it has: a reinstall gets its own again.

    Signed in with another account than before, the machine leaves the other one, whose owner gets a mail.
    """
    caller = request.auth
    throttle(request, "connect", caller.user.pk)
    product = get_object_or_404(Product, slug=said.product)
    facts = said.model_dump(exclude={"product", "license"})
    license = find_license(caller.user, said.license)
    facts |= {"sign_in": caller.sign_in, "machine_id": machine_id, "product": product, "license": license}
    done = connect_or_report(request.now, facts)
    return Status(201 if done.is_new else 200, {**renewed(done, request), **place(done.seat)})


def connect_or_report(at, facts):
    """Connect; a refusal undoes all that was written, so the store hears of a full license only after it."""
    try:
        return services.connect_product(**facts, at=at)
    except SeatLimit as refusal:
        found = {"support_key": refusal.standing.license.support_key}
        report_full_license(**found, at=at)
        device = {name: facts[name] for name in ("machine_id", "platform", "name")}
        services.remember_turned_away(**found, **device, at=at)
        raise


def find_license(user, support_key):
    """Return the license that was chosen; somebody else's is as unknown as one that does not exist."""
    if support_key is None:
        return None
    return get_object_or_404(License.objects.for_user(user), support_key=support_key.strip().upper())


def place(seat):
    device = seat.device
    return {
        "device": {field: getattr(device, field) for field in ("id", "name", "machine_id", "platform")},
        "seat": {"license": seat.license.support_key, "number": seat.number, "pool": seat.pool.platforms_text},
    }


def renewed(done, request):
    lease = done.lease
    return {
        "lease": lease.token,
        "check_in_after": lease.check_in_after,
        "server_time": request.now,
        "notices": notices(lease.standing, request.auth.user, is_copied=lease.is_copied, is_moved=lease.is_moved),
    }


@router.post(
    "/devices/{machine_id}/check-in",
    response=Renewed,
    operation_id="check_in_device",
    summary="Say that this device lives, and renew its lease",
    **call(
        "devices",
        "not_found",
        "disconnected",
        "expired",
        "blocked",
        "seat_limit",
        "bad_report",
        limit="check-in",
        ended=True,
        examples={"machine_id": MACHINE},
    ),
)
def check_in(request, machine_id: Path[MachineId], said: Body[CheckIn]):
    """Only `disconnected`, `expired` and `blocked` take protection away. After anything else the lease goes on until
    its end; after `seat_limit` no other follows.
    """
    device = own_device(request, machine_id)
    throttle(request, "check-in", device.pk)
    if request.auth.ended:
        raise services.disconnected(device, request.auth.sign_in)
    done = services.check_in(
        device=device,
        product=said.product or "",
        app_version=said.app_version,
        os_version=said.os_version,
        report=said.state,
        held=said.lease,
        nonce=said.nonce,
        sign_in=request.auth.sign_in,
        at=request.now,
    )
    return renewed(done, request)


def own_device(request, machine_id):
    """Return the device that this sign-in is on; every other one does not exist for it.

    A sign-in that was ended without its seat being taken is no more than a wrong token.
    """
    sign_in = request.auth.sign_in
    if request.auth.ended and sign_in.end not in services.SEAT_TAKEN:
        raise invalid_token(request)
    device = sign_in and device_of(sign_in)
    if device is None or device.owner_id != sign_in.user_id or device.machine_id != machine_id.strip().lower():
        raise Http404
    device.owner = sign_in.user
    return device


@router.delete(
    "/devices/{machine_id}",
    response={204: None},
    operation_id="sign_out_device",
    summary="Sign out on this device",
    **call("devices", "not_found", limit="sign-out", ended=True, examples={"machine_id": MACHINE}),
)
def sign_out(request, machine_id: Path[MachineId], product: Slug | None = None):
    """Give the seat back, of one product or of all; with the last one, every sign-in on this device ends.

    Repeated with the same token, it is answered the same.
    """
    device = own_device(request, machine_id)
    throttle(request, "sign-out", request.auth.user.pk)
    if not request.auth.ended:
        named = get_object_or_404(Product, slug=product) if product else None
        services.sign_out(device=device, product=named, at=request.now)
    return Status(204, None)


@router.post(
    "/devices/{machine_id}/release/{device_id}",
    response={204: None},
    operation_id="release_device",
    summary="Disconnect another device",
    **call(
        "devices",
        "bad_machine_id",
        "not_found",
        "fresh_sign_in_needed",
        limit="release",
        examples={"machine_id": MACHINE, "device_id": 12},
    ),
)
def release(request, machine_id: Path[MachineId], device_id: int):
    """For the list that `seat_limit` brings: this device has no seat yet, the other one has. Takes a sign-in that is
    not older than 5 minutes.
    """
    throttle(request, "release", request.auth.user.pk)
    others = Device.objects.for_user(request.auth.user).exclude(machine_id=services.clean_machine_id(machine_id))
    device = get_object_or_404(others, pk=device_id)
    services.release_device(sign_in=request.auth.sign_in, device=device, at=request.now)
    return Status(204, None)
