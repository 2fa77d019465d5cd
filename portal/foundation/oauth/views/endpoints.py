"""The endpoints that apps talk to: allauth's, behind our gate."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from urllib.parse import unquote_plus

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.idp.oidc import views as allauth_views
from allauth.idp.oidc.models import Client
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt

from portal.foundation.api import limits

from .. import allauth_seam, authorize
from ..models import Grant
from ..services import exchange_code, is_suspended, record_code, record_device, revoke, rotate_refresh_token

EXCHANGED_ONCE = {
    Client.GrantType.AUTHORIZATION_CODE: ("code", Grant.Kind.CODE),
    Client.GrantType.DEVICE_CODE: ("device_code", Grant.Kind.DEVICE),
}


def refuse(error: str, description: str = "", status: int = HTTPStatus.BAD_REQUEST, **more) -> JsonResponse:
    """Answer an app in the words of OAuth."""
    told = {"error_description": description} if description else {}
    return JsonResponse({"error": error, **told, **more}, status=status, headers={"Cache-Control": "no-store"})


def refuse_suspended() -> JsonResponse:
    """Not `invalid_grant`: to an app that means that its sign-in has ended, and this one only waits."""
    return refuse("unauthorized_client", "This client is switched off.")


def client_id_of(request: HttpRequest) -> str:
    """Return which client says that it is asking; whether it is, allauth finds out.

    Libraries that keep to the letter (RFC 6749, 2.3.1) encode id and secret before they join them; allauth does not
    expect that, so it gets them as those that do not encode send them. Our ids and secrets need no encoding.
    """
    client_id, secret = map(unquote_plus, allauth_seam.basic_auth(request))
    if not client_id:
        return request.POST.get("client_id", "")
    allauth_seam.set_basic_auth(request, client_id, secret)
    return client_id


def limit_secrets(request: HttpRequest, client_id: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Let `answer` judge the client's secret; after too many wrong ones, wait, with the right one too."""
    if not presents_secret(request):
        return answer()
    subject = subject_of(request, client_id)
    counted = limits.count("wrong-secret", subject)
    if counted.is_over:
        return refuse_for_a_while(counted)
    response = answer()
    if response.status_code != HTTPStatus.UNAUTHORIZED:
        limits.give_back("wrong-secret", subject)
    return response


def presents_secret(request: HttpRequest) -> bool:
    _client_id, secret = allauth_seam.basic_auth(request)
    return bool(secret or request.POST.get("client_secret"))


def refuse_unknown(request: HttpRequest, client_id: str, refusal: ValidationError) -> JsonResponse:
    """Refuse a token or code that never was; nobody guesses one, so the right ones of this address go on being paid."""
    counted = limits.count("wrong-token", subject_of(request, client_id))
    return refuse_for_a_while(counted) if counted.is_over else refuse("invalid_grant", refusal.message)


def refuse_for_a_while(counted: limits.Count, what: str = "wrong requests") -> JsonResponse:
    response = refuse("slow_down", f"Too many {what}. Wait as Retry-After says.", HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(counted.seconds)
    return response


def subject_of(request: HttpRequest, client_id: str) -> str:
    """Return whose mistakes are counted together: those of a client at a network address; made-up clients are one."""
    client = client_id if Client.objects.filter(pk=client_id).exists() else ""
    return f"{limits.network_of(address_of(request))} {client}"


def address_of(request: HttpRequest) -> str:
    return get_account_adapter(request).get_client_ip(request)


@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class AuthorizeView(allauth_views.AuthorizationView):
    """The browser's way: refuses what we do not serve, asks for a fresh sign-in, remembers the code that goes out."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        parameters = {**request.GET.dict(), **request.POST.dict()}
        is_answer = request.method == "POST" and bool(parameters.pop("request", ""))
        if request.method == "POST" and not is_answer:
            return super().dispatch(request, *args, **kwargs)
        client = authorize.find_client(parameters)
        if client is None:
            # Whoever made this address may be nobody's app: nothing is sent to where it points.
            return render(request, "idp/oidc/error.html", status=HTTPStatus.BAD_REQUEST)
        error = authorize.what_is_wrong(parameters, client) or self.silent_error(request, parameters, client)
        if error:
            return self.to_app(parameters, error=error)
        return self.first_step(request, parameters, client) or self.allow(request, parameters, client)

    def silent_error(self, request: HttpRequest, parameters: dict, client: Client) -> str:
        """Return why nobody can be signed in without being shown a page, if the app wants that."""
        if "none" not in authorize.prompts_of(parameters):
            return ""
        if request.user.is_anonymous or authorize.is_too_long_ago(request, parameters):
            return "login_required"
        # allauth would take what any other app was granted for a consent to this one.
        return "" if client.skip_consent else "consent_required"

    def first_step(self, request: HttpRequest, parameters: dict, client: Client) -> HttpResponse | None:
        """Show the page that the app wants shown first, which then leads back here without that wish."""
        prompts = authorize.prompts_of(parameters)
        if request.user.is_anonymous:
            page = "account_signup" if "create" in prompts else "account_login"
            return go(
                page, authorize.address_without(request, "max_age", prompts={"login", "create", "select_account"})
            )
        if "select_account" in prompts:
            rest = authorize.address_without(request, prompts={"select_account"})
            return render(request, "oauth/choose_account.html", {"rest": rest, "client": client})
        if "login" in prompts or authorize.is_too_long_ago(request, parameters):
            return go("account_reauthenticate", authorize.address_without(request, "max_age", prompts={"login"}))
        return None

    def allow(self, request: HttpRequest, parameters: dict, client: Client) -> HttpResponse:
        """Let allauth ask the person, or answer for one who need not be asked."""
        if "none" in authorize.prompts_of(parameters):
            allauth_seam.set_query(request, authorize.query_without(request.GET, prompts={"none"}))
        response = super().dispatch(request)
        code = allauth_seam.code_in(response)
        if code:
            moment = authorize.proved_at(request)
            record_code(code=code, client=client, user=request.user, authenticated_at=moment, at=request.now)
        return response

    def to_app(self, parameters: dict, **answer: str) -> HttpResponse:
        response = HttpResponse(status=HTTPStatus.FOUND)
        # Not a redirect of Django's: the address may be an app's own scheme. It was compared with the registered ones.
        response["Location"] = authorize.answer_address(parameters, **answer)
        return response


def go(name: str, next_address: str) -> HttpResponseRedirect:
    return redirect(f"{reverse(name)}?{urlencode({'next': next_address})}")


class TokenView(allauth_views.TokenView):
    """Where tokens come from: everything but a store's own token passes the gate."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if "resource" in request.POST:
            return refuse("invalid_target", "There is only one resource here.")
        client_id = client_id_of(request)
        return limit_secrets(request, client_id, lambda: self.answer_app(request, client_id))

    def answer_app(self, request: HttpRequest, client_id: str) -> HttpResponse:
        try:
            return self.exchange(request, client_id)
        except ValidationError as refusal:
            if refusal.code == "unknown":
                return refuse_unknown(request, client_id, refusal)
            return self.explain(refusal)

    def exchange(self, request: HttpRequest, client_id: str) -> HttpResponse:
        grant_type = request.POST.get("grant_type")
        self.answer = None
        if is_suspended(client_id):
            return refuse_suspended()
        if grant_type in EXCHANGED_ONCE:
            field, kind = EXCHANGED_ONCE[grant_type]
            exchange_code(
                kind=kind,
                value=request.POST.get(field, ""),
                client_id=client_id,
                device_name=request.POST.get("device_name", ""),
                address=address_of(request),
                issue=self.ask_allauth,
                at=request.now,
            )
        elif grant_type == Client.GrantType.REFRESH_TOKEN:
            rotate_refresh_token(
                value=request.POST.get("refresh_token", ""), client_id=client_id, issue=self.ask_allauth, at=request.now
            )
        elif grant_type != Client.GrantType.CLIENT_CREDENTIALS:
            # oauthlib takes any other word for a code.
            return refuse("unsupported_grant_type" if grant_type else "invalid_request")
        return self.answer or super().post(request)

    def ask_allauth(self, authenticated_at: datetime | None) -> dict:
        """Return the tokens that allauth hands out; empty when it refuses, which then is the answer."""
        self.request.authenticated_at = authenticated_at
        self.answer = super().post(self.request)
        return allauth_seam.handed_out_in(self.answer)

    def explain(self, refusal: ValidationError) -> JsonResponse:
        """Refuse; an app whose device was disconnected learns that here, as its access token is long gone."""
        if refusal.code != "disconnected":
            return refuse(refusal.code, refusal.message)
        told = {"code": refusal.code, **refusal.params}
        return refuse("invalid_grant", refusal.message, **told)


class RevokeView(allauth_views.RevokeView):
    """An app signs out: whichever of its tokens it names, the whole sign-in ends."""

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        client_id = client_id_of(request)
        return limit_secrets(request, client_id, lambda: self.answer_app(request, client_id))

    def answer_app(self, request: HttpRequest, client_id: str) -> HttpResponse:
        try:
            revoke(value=request.POST.get("token", ""), client_id=client_id, ask=self.ask_allauth, at=request.now)
        except ValidationError as refusal:
            return refuse(refusal.code, refusal.message)
        return self.answer

    def ask_allauth(self) -> bool:
        self.answer = super().post(self.request)
        return self.answer.status_code == HTTPStatus.OK


class DeviceCodeView(allauth_views.DeviceCodeView):
    """A device without a browser asks for a code to show."""

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        client = Client.objects.filter(pk=request.POST.get("client_id", ""), type=Client.Type.PUBLIC).first()
        if client is None:
            return refuse("invalid_client", status=HTTPStatus.UNAUTHORIZED)
        if is_suspended(client.pk):
            return refuse_suspended()
        if Client.GrantType.DEVICE_CODE not in client.get_grant_types():
            return refuse("unauthorized_client")
        if "resource" in request.POST:
            return refuse("invalid_target", "There is only one resource here.")
        counted = limits.count("device-request", limits.network_of(address_of(request)))
        return refuse_for_a_while(counted, "requests") if counted.is_over else self.hand_out(request, client)

    def hand_out(self, request: HttpRequest, client: Client) -> HttpResponse:
        allauth_seam.drop_charset(request)
        response = super().post(request)
        handed_out = allauth_seam.handed_out_in(response)
        if handed_out:
            record_device(
                device_code=handed_out["device_code"],
                client=client,
                device_name=request.POST.get("device_name", ""),
                address=address_of(request),
                at=request.now,
            )
        return response


@login_not_required
def logout(request: HttpRequest) -> HttpResponse:
    """Not offered, nor named in the discovery document: an app signs out by itself (revoke), a person in the portal.

    The address must have a name, because allauth looks it up.
    """
    raise Http404
