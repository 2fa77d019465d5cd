"""All of allauth's inside that we lean on: an upgrade that changes it breaks here, and in the test that lists it.

What stands here has no public name in allauth, or hands it a request or takes an answer in a way that it does not
document. Everybody else imports this file, and of allauth only what is public.
"""

import json
from base64 import b64encode
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.stagekit import clear_login, unstash_login
from allauth.account.models import Login
from allauth.core.internal.httpkit import extract_basic_auth
from allauth.idp.oidc.internal.clientkit import is_redirect_uri_allowed
from allauth.idp.oidc.internal.oauthlib.device_codes import confirm_or_deny_device_code
from allauth.idp.oidc.models import Client
from django.http import HttpRequest, HttpResponse, QueryDict

# People


def sign_in_by_password(request: HttpRequest, user: Any, email: str) -> HttpResponse:
    """Sign in whoever has just chosen this account's password, as if they had typed it."""
    return perform_password_login(request, {"email": email}, Login(user=user, email=email))


def login_in_progress(request: HttpRequest) -> Login | None:
    """Return the sign-in of this browser that waits until the address is verified."""
    return unstash_login(request, peek=True)


def drop_login(request: HttpRequest) -> None:
    """Forget the sign-in that waits in this browser, and that its password was proved."""
    clear_login(request)


# What apps ask


def may_be_answered_at(client: Client, address: str) -> bool:
    """Tell whether an answer may go to this address; raises `ValueError` for one that cannot be read."""
    return is_redirect_uri_allowed(address, client.get_redirect_uris(), client.allow_uri_wildcards)


def basic_auth(request: HttpRequest) -> tuple[str, str]:
    """Return the id and the secret of the Authorization header as they stand there; empty without one."""
    client_id, secret = extract_basic_auth({"Authorization": request.META.get("HTTP_AUTHORIZATION", "")})
    return client_id or "", secret or ""


def set_basic_auth(request: HttpRequest, client_id: str, secret: str) -> None:
    """Let allauth read this id and secret in the place of those that were sent."""
    request.META["HTTP_AUTHORIZATION"] = f"Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}"


def set_query(request: HttpRequest, query: QueryDict) -> None:
    """Let allauth read these parameters in the place of those of the address; oauthlib looks at both."""
    request.GET = query  # type: ignore[assignment]  # one that may be changed serves as well
    request.META["QUERY_STRING"] = query.urlencode()


def drop_charset(request: HttpRequest) -> None:
    """oauthlib compares the whole Content-Type; libraries may say the encoding too."""
    request.META["CONTENT_TYPE"] = request.content_type


def answer_user_code(device_code: str, user: Any, *, confirm: bool) -> bool:
    """Let whoever holds this code in, or not; tell whether allauth still waited for that."""
    return confirm_or_deny_device_code(user, device_code, confirm)


# What allauth answers


def code_in(response: HttpResponse) -> str:
    """Return the code that a redirect carries to the app; empty without one."""
    return parse_qs(urlsplit(response.get("Location", "")).query).get("code", [""])[0]


def handed_out_in(response: HttpResponse) -> dict[str, Any]:
    """Return what an answer hands out: tokens, or the codes of a device; empty when it refuses."""
    return json.loads(response.content) if response.status_code == HTTPStatus.OK else {}
