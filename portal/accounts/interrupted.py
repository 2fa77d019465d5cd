"""A form was pressed after the sign-in had ended: what is kept, for the account that it was, and until when.

Nothing is pressed again by itself: whoever signs in again stands before the same button, with the code that they typed.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from licenses.services import last_group
from licenses.spelling import LONGEST_TEXT
from portal.foundation.crypto.sealing import LostKeyError, seal, unseal

# Which account this browser is signed in to, or was when that ended by itself; signing out deletes it.
COOKIE = "account"
COOKIE_AGE = 2 * settings.SESSION_COOKIE_AGE
SESSION_KEY = "interrupted"
KEPT_FOR = timedelta(days=1)
PURPOSE = "interrupted"

# Where an activation code is sent to; other codes (of a device, of an app) are none.
SENDS_A_CODE = {"licenses:add", "licenses:claim", "accounts:language"}
# What was pressed, by the name of its address, and its picture.
NAMES = {
    "licenses:add": (_("Adding your activation code"), "card"),
    "licenses:add_waiting": (_("Adding your activation code"), "card"),
    "licenses:claim": (_("Asking for your license"), "card"),
    "devices:disconnect": (_("Disconnecting a device"), "laptop"),
    "devices:rename": (_("Renaming a device"), "laptop"),
}
OTHER = (_("The page that you were on"), "clock")


@dataclass(frozen=True)
class Interrupted:
    account: int
    view: str
    page: str
    until: str
    code: str = ""

    @property
    def name(self):
        return NAMES.get(self.view, OTHER)[0]

    @property
    def icon(self) -> str:
        return NAMES.get(self.view, OTHER)[1]

    @property
    def takes_code(self) -> bool:
        return bool(self.code) or self.view == "licenses:add_waiting"

    @property
    def last_group(self) -> str:
        """The end of the code, when it has no slip in it."""
        return last_group(text=self.code)

    @property
    def ends_at(self) -> datetime:
        return datetime.fromisoformat(self.until)


def remember_account(response: HttpResponse, user) -> None:
    """Let this browser know, sealed, who signed in."""
    response.set_cookie(
        COOKIE,
        seal(str(user.pk).encode(), purpose=PURPOSE).decode(),
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget_account(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def account_of(request: HttpRequest) -> int | None:
    """Return which account was signed in here until that ended by itself; None when nobody was, or they signed out."""
    try:
        return int(unseal(request.COOKIES.get(COOKIE, "").encode(), purpose=PURPOSE))
    except LostKeyError:
        return None


def keep(request: HttpRequest) -> None:
    """Keep what was pressed, if somebody was signed in here. Of the form only the code: nothing else is hard to get."""
    account = account_of(request)
    if account is None:
        return
    view = request.resolver_match.view_name if request.resolver_match else ""
    code = request.POST.get("code", "")[:LONGEST_TEXT] if view in SENDS_A_CODE else ""
    before = kept(request)
    if not code and before and before.account == account:
        code = before.code  # a button pressed after it, in another tab perhaps, does not lose it
    pressed = Interrupted(
        account=account,
        view=view,
        page=request.get_full_path(),
        until=(timezone.now() + KEPT_FOR).isoformat(),
        code=code,
    )
    request.session[SESSION_KEY] = seal(json.dumps(asdict(pressed)).encode(), purpose=PURPOSE).decode()


def kept(request: HttpRequest) -> Interrupted | None:
    """Return what is kept in this browser; None when nothing is, or not any more."""
    try:
        text = unseal(request.session.get(SESSION_KEY, "").encode(), purpose=PURPOSE)
    except LostKeyError:
        return None
    found = Interrupted(**json.loads(text))
    return found if timezone.now() < found.ends_at else None


def take(request: HttpRequest) -> Interrupted | None:
    """Return what is kept and keep it no longer."""
    found = kept(request)
    request.session.pop(SESSION_KEY, None)
    return found
