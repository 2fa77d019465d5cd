"""The door for stores: place an order, look at it, change it. The rules are in the services."""

import re
from datetime import datetime
from typing import Annotated, Literal

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Path, Router, Schema
from ninja.responses import Status
from pydantic import AwareDatetime, BeforeValidator, ConfigDict

from licenses import services
from licenses.models import License, Order
from licenses.models.orders import LONGEST_ADDRESS, MOST_CODES, NUMBER
from licenses.standing import Standing
from portal.foundation.api.openapi import call
from portal.foundation.api.problems import ProblemError
from portal.foundation.api.throttles import throttle

router = Router(tags=["orders"])

LONGEST_CODE = 100
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.IGNORECASE | re.ASCII)


def as_moment(said: object) -> object:
    """Take a moment as RFC 3339 writes it, and no number of seconds, which pydantic would take too."""
    if said is not None and not (isinstance(said, str) and MOMENT.fullmatch(said)):
        raise ValueError("write it like 2026-10-04T10:00:00Z")
    return said


Number = Annotated[str, Field(pattern=NUMBER, description="The store’s own number of the order.", examples=["A-1001"])]
Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$", examples=["security-cloud-personal-3-1y"])]
Language = Literal[tuple(code for code, _name in settings.LANGUAGES)]
BoughtAt = Annotated[
    AwareDatetime | None,
    BeforeValidator(as_moment),
    Field(description="When it was bought, at most 30 days ago; without it, now."),
]
EXAMPLES = {"number": "A-1001"}


class OrderIn(Schema):
    """A license for an email address, or codes for a shelf: one of both."""

    model_config = ConfigDict(extra="forbid")

    number: Number
    plan: Slug
    email: str = Field(
        "", max_length=LONGEST_ADDRESS, description="Whose license it is.", examples=["anna@example.com"]
    )
    codes: int = Field(0, strict=True, ge=0, le=MOST_CODES, description="How many codes, instead of an address.")
    bought_at: BoughtAt = None
    language: Language | Literal[""] = Field("", description="Of the mail to a person without account.")


class RenewIn(Schema):
    """Add a term: it follows on the last one."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["renew"]
    number: Number
    plan: Slug | Literal[""] = Field("", description="Another plan of the same product; without it, the same plan.")
    bought_at: BoughtAt = None


class RefundIn(Schema):
    """Take the purchase back, of all or of one code."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["refund"]
    code: str = Field(
        "",
        max_length=LONGEST_CODE,
        description="One code of the order, by its text, its case number or, if no other ends so, its last group. "
        "Without it, all. The order stays delivered, and the licenses of its other codes are not touched.",
        examples=["C-000123"],
    )


class CancelIn(Schema):
    """Let a subscription run out; withdraw an order that still waits for its person."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["cancel"]


class ReaddressIn(Schema):
    """Correct the address of an order that waits for its person."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["readdress"]
    email: str = Field(max_length=LONGEST_ADDRESS, description="Whose license it is.", examples=["anna@example.com"])


class MailIn(Schema):
    """Send the mail about an order again."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["mail"]


Change = Annotated[RenewIn | RefundIn | CancelIn | ReaddressIn | MailIn, Field(discriminator="action")]


class LicenseOut(Schema):
    id: str = Field(description="The support key: the license’s public name.", examples=["4F2A-9C31-7D08"])
    state: Literal["active", "ending", "expired", "blocked", "queued"]
    starts_at: datetime
    ends_at: datetime = Field(description="When protection ends, by the last term that follows without a gap.")
    renews_itself: bool


class CodesOut(Schema):
    issued: int
    used: int
    revoked: int = Field(description="How many cannot be used any more; also those of which the purchase was refunded.")
    hints: list[str] = Field(description="The last group of each code.")
    clear: list[str] | None = Field(
        description="The codes themselves: only in answers to POST, for 24 hours after the order."
    )


class OrderOut(Schema):
    number: str
    state: Literal["waiting", "delivered", "cancelled", "refunded"]
    product: str
    plan: str
    email: str
    renews: str | None = Field(description="The number of the order that this one renews.")
    bought_at: datetime
    delivered_at: datetime | None
    cancelled_at: datetime | None
    refunded_at: datetime | None
    starts_at: datetime | None = Field(description="When the term of this order starts.")
    ends_at: datetime | None
    license: LicenseOut | None
    codes: CodesOut | None
    server_time: datetime


REFUSALS = [
    "bad_email",
    "bad_count",
    "bad_bought_at",
    "unknown_plan",
    "plan_withdrawn",
    "plan_is_trial",
    "region",
    "order_differs",
]
CHANGES = [
    "unknown_code",
    "order_refunded",
    "order_cancelled",
    "not_renewable",
    "nothing_to_cancel",
    "other_product",
    "not_waiting",
    "nothing_to_mail",
]


@router.post(
    "",
    response={200: OrderOut, 201: OrderOut},
    operation_id="place_order",
    summary="Place an order",
    **call("orders", *REFUSALS, limit="orders"),
)
def place(request: HttpRequest, order: OrderIn):
    """Sell a license to an address, or codes. The same number again is the same order, and answers 200."""
    placed, is_new = services.place_order(client_id=store_of(request), **order.model_dump(), at=request.now)
    return Status(201 if is_new else 200, shown(placed, request.now, with_codes=True))


@router.get(
    "/{number}",
    response=OrderOut,
    operation_id="get_order",
    summary="Look at an order",
    **call("orders", "not_found", limit="orders", examples=EXAMPLES),
)
def look(request: HttpRequest, number: Annotated[str, Path(pattern=NUMBER)]):
    """Say what became of an order; never its codes."""
    return shown(order_of(request, number), request.now)


@router.patch(
    "/{number}",
    response=OrderOut,
    operation_id="change_order",
    summary="Renew, refund, cancel or readdress an order",
    **call(
        "orders",
        "not_found",
        "bad_email",
        *REFUSALS[2:],
        *CHANGES,
        "license_blocked",
        limit="orders",
        examples=EXAMPLES,
    ),
)
def change(request: HttpRequest, number: Annotated[str, Path(pattern=NUMBER)], change: Change):
    """Change an order; each change is done once. A renewal is an order of its own, and is what is answered."""
    order, at = order_of(request, number), request.now
    if isinstance(change, RenewIn):
        renewal, _is_new = services.renew_order(order=order, **change.model_dump(exclude={"action"}), at=at)
        return shown(renewal, at)
    if isinstance(change, RefundIn) and change.code:
        return shown(services.refund_code_of_order(order=order, text=change.code, at=at), at)
    if isinstance(change, ReaddressIn):
        order = services.readdress_order(order=order, email=change.email, reason=order.client.name, at=at)
        return shown(order, at)
    do = {"refund": services.refund_order, "cancel": services.cancel_order, "mail": services.mail_order_again}
    return shown(do[change.action](order=order, at=at), at)


def store_of(request: HttpRequest) -> str:
    """Return the store that calls, counted against its limit; a person never orders in a store’s name."""
    if request.auth.user is not None:
        raise ProblemError("insufficient_scope")
    throttle(request, "orders", request.auth.client.pk)
    return request.auth.client.pk


def order_of(request: HttpRequest, number: str) -> Order:
    return get_object_or_404(Order.objects.of_store(store_of(request)), number=number)


def shown(order: Order, at: datetime, *, with_codes: bool = False) -> dict:
    """Return an order as stores see it, read anew: what was just written may have other time zones."""
    order = Order.objects.select_related("plan__product", "renews", "term").get(pk=order.pk)
    term = getattr(order, "term", None)
    facts = ("number", "email", "bought_at", "delivered_at", "cancelled_at", "refunded_at")
    return {
        **{fact: getattr(order, fact) for fact in facts},
        "state": order.state.value,
        "product": order.plan.product.slug,
        "plan": order.plan.slug,
        "renews": order.renews and order.renews.number,
        "starts_at": term and term.starts_at,
        "ends_at": term and term.ends_at,
        "license": shown_license(order, at),
        "codes": shown_codes(order, at, with_codes) if order.kind == Order.Kind.CODES else None,
        "server_time": at,
    }


def shown_license(order: Order, at: datetime) -> dict | None:
    if order.kind == Order.Kind.CODES:
        return None
    found = License.objects.filter(terms__order=order.first_id).standings(at)
    return shown_standing(found[0]) if found else None


def shown_standing(standing: Standing) -> dict:
    license = standing.license
    return {
        "id": license.support_key,
        "state": standing.state.value,
        "starts_at": standing.starts_at,
        "ends_at": standing.ends_at,
        "renews_itself": license.renews_itself,
    }


def shown_codes(order: Order, at: datetime, with_codes: bool) -> dict:
    issued = order.batch.codes
    return {
        "issued": order.quantity,
        "used": issued.redeemed().count(),
        "revoked": issued.filter(revoked_at__isnull=False).count(),
        "hints": sorted(issued.values_list("hint", flat=True)),
        "clear": (services.codes_of_order(order=order, at=at) or None) if with_codes else None,
    }
