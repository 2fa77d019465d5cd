"""Make the tables and rows of the floor, and print the requests that are sent to it."""

from datetime import timedelta
from hashlib import sha256

from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.utils import timezone

from benchmarks.floor.models import Code, Device, Installer, License, Product
from benchmarks.sent import CSRF, DEVICES, LICENSES, PEOPLE, form, page, print_all, program


def main():
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)  # its own tables, which refer to those
    products = [Product.objects.create(name=f"Product {number}") for number in range(4)]
    for product in products:
        Installer.objects.create(product=product, version="21.3", file_name=f"setup-{product.pk}.exe")
    people = [make_person(number, products) for number in range(PEOPLE)]
    texts = [f"CODE-{number:04}" for number in range(PEOPLE * 60)]
    Code.objects.bulk_create(Code(digest=sha256(text.encode()).hexdigest(), product=products[0]) for text in texts)
    licenses = dict(License.objects.order_by("-pk").values_list("owner", "pk"))
    tokens = Device.objects.values_list("token", flat=True)
    print_all(
        {
            "licenses": [page("/licenses/", cookies) for _pk, cookies in people],
            "redeem": [
                form("/licenses/add/", people[number % PEOPLE][1], number % PEOPLE, code=text, csrfmiddlewaretoken=CSRF)
                for number, text in enumerate(texts)
            ],
            "devices": [page("/devices/", cookies) for _pk, cookies in people],
            "license": [page(f"/licenses/{licenses[pk]}/", cookies) for pk, cookies in people],
            "downloads": [page("/downloads/", cookies) for _pk, cookies in people],
            "check-in": [program("/check-in/", token, {"state": "protected"}) for token in tokens],
        }
    )


def make_person(number, products):
    """Return the key of a person with 10 licenses and 30 devices, and the cookies of their browser."""
    user = get_user_model().objects.create_user(f"person-{number:03}", f"person-{number:03}@example.com")
    ends_at = timezone.now() + timedelta(days=300)
    keys = [f"{number:04X}-{part:04X}-0000" for part in range(LICENSES)]
    rows = [
        License(owner=user, product=products[part % 4], support_key=keys[part], ends_at=ends_at)
        for part in range(LICENSES)
    ]
    licenses = License.objects.bulk_create(rows)
    Device.objects.bulk_create(
        Device(
            license=licenses[part % LICENSES],
            name=f"Computer {part}",
            token=f"{number:032}{part:032}",
            last_seen_at=timezone.now(),
        )
        for part in range(DEVICES)
    )
    session = SessionStore()
    session["_auth_user_id"], session["_auth_user_hash"] = str(user.pk), user.get_session_auth_hash()
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session.create()
    return user.pk, f"sessionid={session.session_key}; csrftoken={CSRF}"
