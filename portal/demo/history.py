"""What happened in the demonstration before today: every state of a license, dated relative to now."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from devices.models import Device
from licenses import code_keys, spelling
from licenses.dates import end_of_term
from licenses.models import ActivationCode, CodeBatch, Event, License, Plan, Product, Term
from licenses.services import (
    block_license,
    free_seat,
    import_codes,
    issue_codes,
    place_order,
    record_event,
    redeem_code,
    revoke_code,
    suspend_batch,
    take_seat,
)
from licenses.services.terms import new_support_key
from portal.accounts.models import User
from portal.demo.clients import STORE

USED = "Demonstration: codes that were used"
LEGACY_CODES = ["7KQ2M-X4TDA-9RHFC-W3NBP", "M8YTQ-2VC6J-H4PXD-0WZKE"]  # the first one is used below
Form, Report = Device.Form, Device.Report


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def fresh_code(plan: str, **rules) -> str:
    return issue_codes(plan=Plan.objects.get(slug=plan), count=1, **rules, at=timezone.now()).codes[0]


def add(owner: User, plan: str, days_ago: float) -> License:
    """Let this customer have added a code of this plan so many days ago."""
    return redeem_code(user=owner, text=fresh_code(plan, name=USED), at=ago(days_ago))


def buy(owner: User, plan: str, days_ago: float) -> License:
    """Let this customer have bought a license of this plan in the store so many days ago."""
    at = ago(days_ago)
    order, _new = place_order(
        client_id=STORE["id"], number="DEMO-1001", plan=plan, email=owner.email, bought_at=at, at=at
    )
    return order.term.license


def add_term(license: License, plan: str, *, starts_at: datetime, added: float) -> None:
    """Let a code have been added `added` days ago whose term starts later: what the page cannot do yet."""
    digest = code_keys.digest(spelling.normalize(fresh_code(plan, name=USED)))
    code = ActivationCode.objects.select_related("batch__plan").get(digest=digest)
    ends_at = end_of_term(code.batch.plan, starts_at, license.owner.zone)
    dates = {"starts_at": starts_at, "ends_at": ends_at, "time_zone": license.owner.time_zone}
    Term.objects.create(license=license, plan=code.batch.plan, code=code, **dates)
    start = {"starts_at": starts_at.isoformat()}
    record_event(Event.Verb.CODE_ADDED, actor=license.owner, license=license, code=code, details=start, at=ago(added))


def connect(license: License, name: str, platform: str, form: str, *, since: float, seen: float, **facts) -> Device:
    """Let a device have been connected `since` days ago, and have been seen `seen` days ago."""
    device = Device.objects.create(
        owner=license.owner,
        machine_id=hashlib.sha256(name.encode()).hexdigest()[:32],
        name=name,
        platform=platform,
        form=form,
        created_at=ago(since),
        last_seen_at=ago(seen),
        **facts,
    )
    take_seat(license=license, device=device, at=ago(since))
    return device


@transaction.atomic
def load_history(customer: User) -> None:
    """Give the customer a license of each state, once."""
    if License.objects.for_user(customer).exists():
        return
    add_security_cloud(customer)
    add_full_license(customer)
    add_small_office(customer)
    add_ending(customer)
    add_over(customer)
    add_queued(customer)
    add_successor(customer)


def add_security_cloud(customer: User) -> None:
    """Active, with free seats, a device that was disconnected, and a second term that waits."""
    license = add(customer, "security-cloud-personal-5-1y", 120)
    windows = {"os_version": "Windows 11 Home", "app_version": "21.3.10.391"}
    connect(license, "Anna’s laptop", "windows", Form.LAPTOP, since=120, seen=0.08, **windows)
    mac = {"os_version": "macOS 15.1", "app_version": "21.2"}
    connect(license, "MacBook Air", "macos", Form.MAC, since=118, seen=0.9, **mac)
    phone = {"os_version": "iOS 18.1", "app_version": "1.62"}
    connect(license, "iPhone 15", "ios", Form.IPHONE, since=90, seen=0.3, **phone)
    old = connect(license, "Old netbook", "windows", Form.LAPTOP, since=119, seen=61, **windows)
    free_seat(license=license, device=old, actor=customer, at=ago(60))
    add_term(license, "security-cloud-personal-5-1y", starts_at=license.terms.get().ends_at, added=3)


def add_full_license(customer: User) -> None:
    """Active with all seats in use, one of them by a computer that was not seen for a year."""
    license = add(customer, "total-security-personal-3-2y", 500)
    app = {"app_version": "21.3.10.391"}
    connect(license, "Study PC", "windows", Form.PC, since=499, seen=378, os_version="Windows 10 Pro", **app)
    connect(license, "Kitchen PC", "windows", Form.PC, since=430, seen=2, os_version="Windows 11 Home", **app)
    tablet = {"report": Report.UPDATE_WAITING, "os_version": "Android 14", "app_version": "11.118"}
    connect(license, "Galaxy Tab", "android", Form.TABLET, since=400, seen=12, **tablet)


def add_small_office(customer: User) -> None:
    """Active, with seats of three kinds."""
    license = add(customer, "small-office-security-5-1-5-1y", 200)
    pc = {"os_version": "Windows 11 Pro", "app_version": "21.3.10.391"}
    connect(license, "Reception", "windows", Form.PC, since=200, seen=0.2, **pc)
    connect(license, "Accounting", "windows", Form.PC, since=199, seen=0.4, **pc)
    server = {"os_version": "Windows Server 2022", "app_version": "21.3.10.391"}
    connect(license, "File server", "server", Form.PC, since=199, seen=0.1, **server)
    phone = {"report": Report.OFF, "os_version": "Android 15", "app_version": "11.118"}
    connect(license, "Office phone", "android", Form.PHONE, since=150, seen=45, **phone)


def add_ending(customer: User) -> None:
    """Ending soon, a trial, and one that renews by itself."""
    ending = add(customer, "password-manager-per-person-1y", 354)
    add(customer, "standard-trial-30d", 12)
    renewing = buy(customer, "secure-connection-subscription-1m", 9)
    for device in Device.objects.for_user(customer).filter(name__in=["Anna’s laptop", "MacBook Air"]):
        take_seat(license=ending, device=device, at=ago(100))
        take_seat(license=renewing, device=device, at=ago(8))


def add_over(customer: User) -> None:
    """Blocked, and expired with a code of 20 characters from an older system."""
    blocked = add(customer, "safe-kids-family-1y", 80)
    block_license(license=blocked, reason=gettext_noop("The payment was charged back."), at=timezone.now())
    legacy = CodeBatch(
        plan=Plan.objects.get(slug="anti-virus-personal-1-1y"),
        name="Demonstration: imported codes of 20 characters",
        groups=4,
        has_checks=False,
    )
    import_codes(batch=legacy, texts=LEGACY_CODES, at=timezone.now())
    redeem_code(user=customer, text=LEGACY_CODES[0], at=ago(410))


def add_queued(customer: User) -> None:
    """Added a month ago, starts in three weeks."""
    product = Product.objects.get(slug="internet-security")
    license = License.objects.create(owner=customer, product=product, support_key=new_support_key(), created_at=ago(30))
    add_term(license, "internet-security-personal-1-1y", starts_at=ago(-21), added=30)


def add_successor(customer: User) -> None:
    """Ended the day before yesterday beside one with free seats, to which its devices can move."""
    ended = add(customer, "plus-personal-5-1y", 367)
    windows = {"os_version": "Windows 11 Home", "app_version": "21.21.7"}
    connect(ended, "Travel laptop", "windows", Form.LAPTOP, since=360, seen=4, **windows)
    android = {"os_version": "Android 15", "app_version": "11.118"}
    connect(ended, "Pixel 8", "android", Form.PHONE, since=340, seen=3, **android)
    add(customer, "plus-personal-5-1y", 6)


def load_refused_codes(staff: User) -> None:
    """Make codes that the form refuses, a batch a reason; staff find them in the admin by the name of the batch."""
    plan = "total-security-personal-5-1y"
    load_refused_code("internet-security-personal-1-1y-americas", "other region", staff)
    load_refused_code(plan, "could be added until last month", staff, activate_before=ago(30))
    load_refused_code(plan, "starts next month", staff, starts_at=ago(-30))
    load_refused_code(plan, "term is over for everybody", staff, fixed_end=ago(10))
    load_refused_code(plan, "only for renewals", staff, renewal_only=True)
    suspended = load_refused_code(plan, "suspended", staff)
    suspend_batch(batch=suspended, reason="A box of cards is missing.", actor=staff, at=timezone.now())
    revoked = load_refused_code(plan, "revoked", staff)
    revoke_code(code=revoked.codes.get(), reason=ActivationCode.Reason.REFUNDED, actor=staff, at=timezone.now())


def load_refused_code(plan: str, reason: str, staff: User, **rules) -> CodeBatch:
    """Return the batch for this reason, with its one code; made when there is none."""
    name = f"Demonstration: {reason}"
    if not CodeBatch.objects.filter(name=name).exists():
        fresh_code(plan, name=name, actor=staff, **rules)
    return CodeBatch.objects.get(name=name)
