"""What an app may ask of the authorize endpoint: read from its parameters, before allauth sees them."""

import re
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.idp.oidc.models import Client
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from .allauth_seam import may_be_answered_at

# SHA-256 in base64url without padding (RFC 7636, 4.2).
S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
# An address or a scheme, and nothing that could begin another directive of the policy.
SOURCE = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?|[A-Za-z][A-Za-z0-9+.-]*:")
NOT_OFFERED = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
    "resource": "invalid_target",
    "claims": "invalid_request",
}
PROMPTS = {"none", "login", "consent", "select_account", "create"}


def find_client(parameters: dict) -> Client | None:
    """Return the client, if the answer may go to the address that the request names."""
    client = Client.objects.filter(pk=parameters.get("client_id", ""), suspension__isnull=True).first()
    address = parameters.get("redirect_uri", "")
    try:
        parts = urlsplit(address)
        # allauth compares the host's name only: it would let another name stand before it, and anything as its port.
        if client is None or "@" in parts.netloc or not address.isprintable() or parts.port == 0:
            return None
        fits = may_be_answered_at(client, address)
    except ValueError:
        return None
    return client if fits else None


def what_is_wrong(parameters: dict, client: Client) -> str:
    """Return the error code of a request that we do not serve; empty when there is nothing wrong with it."""
    asked = [error for name, error in NOT_OFFERED.items() if parameters.get(name)]
    prompts = prompts_of(parameters)
    if asked:
        return asked[0]
    if parameters.get("response_type") != "code":
        return "unsupported_response_type"
    if parameters.get("response_mode", "query") != "query" or not pkce_is_fine(parameters, client):
        return "invalid_request"
    if prompts - PROMPTS or ("none" in prompts and len(prompts) > 1) or not max_age_is_fine(parameters):
        return "invalid_request"
    return ""


def pkce_is_fine(parameters: dict, client: Client) -> bool:
    """Tell whether the request is bound to its app by S256; plain would show the secret to whoever sees the address."""
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    if not challenge and not method:
        return client.type == Client.Type.CONFIDENTIAL
    return method == "S256" and bool(S256_CHALLENGE.fullmatch(challenge or ""))


def max_age_is_fine(parameters: dict) -> bool:
    return re.fullmatch(r"[0-9]{1,9}", parameters.get("max_age", "0")) is not None


def prompts_of(parameters: dict) -> set[str]:
    return set(parameters.get("prompt", "").split())


def proved_at(request: HttpRequest) -> datetime:
    """Return when the person in this browser last proved who they are.

    Without a record of it, it was at the latest when the account began: nobody is taken for fresh by mistake.
    """
    moments = [record["at"] for record in get_authentication_records(request, request.user) if "at" in record]
    return datetime.fromtimestamp(max(moments), UTC) if moments else request.user.date_joined


def is_too_long_ago(request: HttpRequest, parameters: dict) -> bool:
    """Tell whether the app wants a person who proved who they are more lately than this one did."""
    age = (request.now - proved_at(request)).total_seconds()
    return "max_age" in parameters and age >= int(parameters["max_age"])


def address_without(request: HttpRequest, *names: str, prompts: set[str]) -> str:
    """Return the address of this request again, without some of its parameters and prompts."""
    return f"{request.path}?{query_without(request.GET, *names, prompts=prompts).urlencode()}"


def query_without(query: QueryDict, *names: str, prompts: set[str]) -> QueryDict:
    kept = " ".join(word for word in query.get("prompt", "").split() if word not in prompts)
    left = query.copy()
    for name in {*names, "prompt"}:
        left.pop(name, None)
    if kept:
        left["prompt"] = kept
    return left


def answer_address(parameters: dict, **answer: str) -> str:
    """Return where the answer goes: the app's own address with the answer in it."""
    if "state" in parameters:
        answer["state"] = parameters["state"]
    address = parameters["redirect_uri"]
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(answer)}"


def form_source(parameters: dict) -> str:
    """Return what `form-action` must name so that a form's redirect reaches the app; empty when nothing can.

    Chromium looks at every redirect that follows a form. An IPv6 address cannot be named in a policy.
    """
    if not find_client(parameters):
        return ""
    address = urlsplit(parameters["redirect_uri"])
    source = f"{address.scheme}://{address.netloc}" if address.scheme in {"http", "https"} else f"{address.scheme}:"
    return source if SOURCE.fullmatch(source) else ""


def parameters_behind(next_address: str) -> dict:
    """Return the parameters of the authorize request that an address leads to; empty when it leads elsewhere."""
    path, _mark, query = next_address.partition("?")
    return QueryDict(query).dict() if path == reverse("idp:oidc:authorization") else {}
