"""The sign-ins and fresh codes of the demonstration: made at the first start, kept in `demo.json`."""

import json
import os
import secrets
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from licenses import code_keys, spelling
from licenses.models import ActivationCode, Plan
from licenses.services import issue_codes
from portal.demo import clients

CUSTOMER = {"email": "anna.lindqvist@example.com", "name": "Anna Lindqvist", "time_zone": "Europe/Lisbon"}
STAFF = {"email": "sam.okafor@example.com", "name": "Sam Okafor", "is_staff": True, "is_superuser": True}
PLAN_OF_CODES = "security-cloud-personal-3-1y"
NUMBER_OF_CODES = 3
# Without look-alikes, because people copy these from a terminal by eye.
KINDS = ("ABCDEFGHJKMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789")


def path() -> Path:
    return settings.DATA_DIR / "demo.json"


def read() -> dict:
    """Return what the last load wrote; empty before the first."""
    return json.loads(path().read_text("utf-8")) if path().exists() else {}


def are_loaded() -> bool:
    """Tell whether all that `demo.json` promises is in this database, which may be another one than last time."""
    demo = read()
    people = [demo[who]["email"] for who in ("customer", "staff") if who in demo]
    known = get_user_model().objects.filter(email__in=people).count() == len(people) == 2
    return known and len(stored(demo["codes"])) == NUMBER_OF_CODES and clients.are_loaded(demo.get("store", {}))


def stored(texts: list[str]) -> dict[str, ActivationCode]:
    """Return the code of each text that this database knows."""
    digests = {digest: text for text in texts for digest in code_keys.digests(spelling.normalize(text))}
    found = ActivationCode.objects.filter(digest__in=digests).select_related("term")
    return {digests[code.digest]: code for code in found}


def used_codes(texts: list[str]) -> set[str]:
    """Return those of the codes that a license holds already."""
    return {text for text, code in stored(texts).items() if hasattr(code, "term")}


def ensure_account(account: dict, password: str | None) -> tuple:
    """Return a verified account and its password; one whose password nobody knows any more gets a new one."""
    users = get_user_model().objects
    user = users.filter(email=account["email"]).first()
    if user and password:
        return user, password
    password = password or new_password()
    with transaction.atomic():
        if user:
            user.set_password(password)
            user.save(update_fields=["password"])
        else:
            user = users.create_user(password=password, **account)
        EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True, "verified": True})
    return user, password


def new_password() -> str:
    """Make a password that a person can type: three groups, each with an upper-case, lower-case letter and digit."""
    groups = [[secrets.choice(kind) for kind in (*KINDS, KINDS[1])] for _group in range(3)]
    return "-".join("".join(group) for group in groups)


def fresh_codes(known: list[str], *, actor) -> list[str]:
    """Return the codes to try the form with: those of last time, if this database has them."""
    if len(stored(known)) == NUMBER_OF_CODES:
        return known
    plan = Plan.objects.get(slug=PLAN_OF_CODES)
    name = "Demonstration: codes to add"
    return issue_codes(plan=plan, count=NUMBER_OF_CODES, actor=actor, name=name, at=timezone.now()).codes


def write(demo: dict) -> None:
    """Write `demo.json`, readable by its owner only, whole or not at all."""
    half = path().with_suffix(".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(demo, file, indent=2)
    half.replace(path())
