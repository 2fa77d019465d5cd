"""Make the rows of the portal, and print the requests that are sent to it."""

import os
from datetime import timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from benchmarks.sent import CSRF, DEVICES, LICENSES, PEOPLE, form, page, print_all, program
from devices.models import BoundSignIn, Device, Lease
from downloads.models import Installer
from licenses.models import CodeBatch, License, Plan, Product, Seat, SeatPool, Term
from licenses.services import issue_codes
from portal.accounts.models import User
from portal.accounts.sessions import SessionStore
from portal.foundation.oauth.models import IssuedToken, SignIn

CROWD = Path(__file__).with_name("crowd.sql").read_text("utf-8")
NOW = timezone.now()


def main():
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    plans = [make_plan(number) for number in range(4)]
    make_crowd(plans[0], int(os.environ["BENCH_ROWS"]))
    people = [make_person(number, plans) for number in range(PEOPLE)]
    codes = issue_codes(plan=plans[0], count=PEOPLE * 60, at=timezone.now()).codes
    owned = dict(License.objects.filter(owner__email__startswith="person-").values_list("owner", "pk"))
    print_all(
        {
            "licenses": [page("/licenses/", cookies) for _user, cookies, _tokens in people],
            "redeem": [
                form("/licenses/add/", people[number % PEOPLE][1], number % PEOPLE, code=code, csrfmiddlewaretoken=CSRF)
                for number, code in enumerate(codes)
            ],
            "devices": [page("/devices/", cookies) for _user, cookies, _tokens in people],
            "license": [page(f"/licenses/{owned[user.pk]}/", cookies) for user, cookies, _tokens in people],
            "downloads": [page("/downloads/windows/", cookies) for _user, cookies, _tokens in people],
            "check-in": [check_in(device, token) for _user, _cookies, tokens in people for device, token in tokens],
        }
    )


def make_plan(number):
    """A product with an installer, and its plan with two pools."""
    product = Product.objects.create(name=f"Product {number}", slug=f"product-{number}", tone=number + 1)
    plan = Plan.objects.create(product=product, name="5 devices, 1 year", slug=f"plan-{number}")
    SeatPool.objects.create(plan=plan, position=1, quantity=5, on_windows=True, on_macos=True)
    SeatPool.objects.create(plan=plan, position=2, quantity=2, on_android=True, on_ios=True)
    file = ContentFile(b"MZ%d" % number, "setup.exe")
    facts = {"platform": "windows", "version": "21.3", "file_name": f"setup-{number}.exe", "sha256": f"{number:064}"}
    Installer.objects.create(product=product, file=file, size=file.size, **facts)
    return plan


def make_crowd(plan, rows):
    """Fill the tables by SQL: a million customers take the ORM hours."""
    batch = CodeBatch.objects.create(plan=plan, name="Crowd")
    named = {
        "rows": rows,
        "batch": batch.pk,
        "product": plan.product_id,
        "plan": plan.pk,
        "pool": plan.pools.first().pk,
    }
    text = CROWD
    for name, value in named.items():
        text = text.replace(f":{name}", str(value))
    with connection.cursor() as cursor:
        cursor.execute(text)
        cursor.execute("VACUUM ANALYZE")


def make_person(number, plans):
    """A person with 10 licenses and 30 devices: one is over, one ends soon; with cookies and the tokens of products."""
    user = User.objects.create(email=f"person-{number:03}@example.com", password="!")
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    licenses = [make_license(user, plans[part % 4], number, part) for part in range(LICENSES)]
    tokens = [make_device(user, licenses[part % LICENSES], number, part) for part in range(DEVICES)]
    return user, cookies_of(user), tokens


def make_license(user, plan, number, part):
    ends = {0: -5, 1: 12}.get(part, 300)
    key = f"BE4C-{number:04X}-{part:04X}"
    license = License.objects.create(owner=user, product=plan.product, support_key=key)
    begun, over = NOW - timedelta(days=40 + part), NOW + timedelta(days=ends)
    Term.objects.create(license=license, plan=plan, starts_at=begun, ends_at=over)
    return license


def make_device(user, license, number, part):
    """Return a device, on a seat and signed in, and its token."""
    pool, client = license.terms.get().plan.pools.first(), client_of_products()
    platform = "macos" if part % 3 else "windows"
    facts = {"platform": platform, "os_version": "15", "app_version": "21.3", "last_seen_at": NOW - timedelta(hours=6)}
    device = Device.objects.create(owner=user, machine_id=f"{number:016x}{part:016x}", name=f"Computer {part}", **facts)
    Seat.objects.create(license=license, pool=pool, device=device, holder=user, number=part // LICENSES + 1)
    times = {"issued_at": NOW - timedelta(hours=6), "expires_at": NOW + timedelta(hours=66)}
    Lease.objects.create(device=device, product=license.product, license=license, jtis=["0" * 32], **times)
    sign_in = SignIn.objects.create(user=user, client=client, device_name=device.name)
    BoundSignIn.objects.create(sign_in=sign_in, device=device)
    return device, token_of(sign_in)


def client_of_products():
    facts = {"name": "Product", "type": Client.Type.PUBLIC, "scopes": "openid\ndevices", "redirect_uris": ""}
    return Client.objects.get_or_create(id="product", defaults=facts)[0]


def token_of(sign_in):
    value, scopes = f"token-{sign_in.pk}", "openid devices"
    digest, ends = get_adapter().hash_token(value), {"expires_at": NOW + timedelta(days=1)}
    token = Token(type=Token.Type.ACCESS_TOKEN, client=sign_in.client, user=sign_in.user, hash=digest, **ends)
    token.set_scopes(scopes.split())
    token.save()
    IssuedToken.objects.create(sign_in=sign_in, kind="access", digest=digest, scopes=scopes, **ends)
    return value


def cookies_of(user):
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session.create()
    return f"__Host-sessionid={session.session_key}; __Host-csrftoken={CSRF}"


def check_in(device, token):
    said = {"app_version": device.app_version, "os_version": device.os_version, "state": "protected"}
    return program(f"/api/v1/devices/{device.machine_id}/check-in", token, {**said, "lease": "0" * 32})
