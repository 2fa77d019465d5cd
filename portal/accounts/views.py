"""The pages around an account that allauth does not have, or that say more here."""

from http import HTTPStatus

from allauth.account import views as allauth_views
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.utils import get_request_param
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from licenses.services import keep_typed_code, waiting_code
from portal.foundation.oauth.allauth_seam import login_in_progress, sign_in_by_password
from portal.foundation.timing import even_time
from portal.ui.words import moment

from . import interrupted
from .adapter import EXPECTED_MAIL, EXPECTED_PASSWORD
from .forms import FirstPasswordForm, LanguageForm, NameForm, TimeZoneForm
from .links import read_link
from .models import User
from .preferences import remember_language
from .services import claim_account, close_unused

STATUS_OF_LINK = {
    "good": HTTPStatus.OK,
    "used": HTTPStatus.GONE,
    "expired": HTTPStatus.GONE,
    "bad": HTTPStatus.NOT_FOUND,
}


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The sign-in page for a visitor; whoever is signed in goes on to the licenses."""
    return allauth_views.login(request)


# allauth's pages that know whether an address has an account: their answers take the same time either way.


class SignInView(allauth_views.LoginView):
    post = even_time()(allauth_views.LoginView.post)

    def get_template_names(self) -> list[str]:
        return ["account/signed_out.html"] if self.owner else super().get_template_names()

    def get_form(self, *args) -> Form:
        form = super().get_form(*args)
        if self.owner:
            form.initial["login"] = self.owner.email
            form.fields["password"].widget.attrs["autofocus"] = True
        return form

    def get_context_data(self, **more) -> dict:
        until = moment(self.kept.ends_at, self.owner.zone) if self.kept and self.owner else ""
        return super().get_context_data(**more, kept=self.kept, until=until)

    @cached_property
    def kept(self) -> interrupted.Interrupted | None:
        """What was pressed when the last sign-in had ended, if this page is on the way back there."""
        kept = interrupted.kept(self.request)
        return kept if kept and kept.page == get_request_param(self.request, "next") else None

    @cached_property
    def owner(self) -> User | None:
        """Whose it is; nobody's, if that account is gone."""
        return User.objects.filter(pk=self.kept.account).first() if self.kept else None


class SignOutView(allauth_views.LogoutView):
    def post(self, *args, **kwargs) -> HttpResponse:
        """Have the browser forget what it kept of the pages; its cookies stay, for the language is one."""
        response = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


class ResetPasswordView(allauth_views.PasswordResetView):
    post = even_time()(allauth_views.PasswordResetView.post)


class RegisterView(allauth_views.SignupView):
    post = even_time()(allauth_views.SignupView.post)

    def get_initial(self) -> dict:
        """Begin with the address that is to be corrected, unless the link names one."""
        return {"email": self.request.session.get(EXPECTED_MAIL, ""), **super().get_initial()}

    def form_valid(self, form) -> HttpResponse:
        """Store the account and its mail together or not at all."""
        with transaction.atomic():
            return super().form_valid(form)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest, key: str) -> HttpResponse:
    """Show what the link in a mail is worth; only a press of its button verifies, so mail scanners verify nothing."""
    state, address = read_link(key)
    if address and state == "good":
        return open_good_link(request, key, address)
    if address and state == "expired" and request.method == "POST":
        send_and_tell(request, address.email, address)
        get_adapter().expect_mail(request, address.email)
        return redirect("account_email_verification_sent")
    if address and state == "used":
        get_adapter().expect_mail(request, address.email)
    return render(request, f"account/link_{state}.html", {"address": address}, status=STATUS_OF_LINK[state])


def open_good_link(request: HttpRequest, key: str, address: EmailAddress) -> HttpResponse:
    if not address.user.is_active:
        return redirect("account_inactive")
    if not get_adapter().knows_password(request, address.user):
        return ask_for_password(request, address)
    if request.method == "POST":
        return verify(request, key, address)
    return render(request, "account/link_good.html", {"address": address})


def ask_for_password(request: HttpRequest, address: EmailAddress) -> HttpResponse:
    """The link proves whose the address is, but not who chose the password: here its owner does, in one step.

    The new address of an account that is in use counts only for whoever can sign in to it.
    """
    verified = address.user.emailaddress_set.filter(verified=True).values_list("pk", flat=True)
    if address.pk in verified:  # overtaken in this very moment; the page says by what
        return redirect(request.path)
    if verified:
        return render(request, "account/link_elsewhere.html", {"address": address})
    form = FirstPasswordForm(request.POST if "password" in request.POST else None, user=address.user)
    if form.is_valid():
        return open_account(request, address, form)
    context = {"form": form, "address": address, "waiting": waiting_code(user=address.user)}
    return render(request, "account/new_password_here.html", context)


def open_account(request: HttpRequest, address: EmailAddress, form: FirstPasswordForm) -> HttpResponse:
    """Store the password, verify the address and sign in: all of it, or nothing."""
    adapter = get_adapter()
    with transaction.atomic():
        claimed = claim_account(
            address=address,
            password_hash=form.password_hash,
            language=request.LANGUAGE_CODE,
            time_zone=form.cleaned_data["time_zone"],
            at=request.now,  # type: ignore[attr-defined] # set by TakeMoment
        )
        if claimed is None or not adapter.confirm_email(request, claimed):
            transaction.set_rollback(True)
            return redirect(request.path)
    if request.user.is_authenticated:
        logout(request)
    messages.success(request, _("Your email address is verified."), extra_tags="time-zone")
    return sign_in_by_password(request, claimed.user, claimed.email)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def close_unused_account(request: HttpRequest, key: str) -> HttpResponse:
    """For whoever got the mail and never registered: asked once, then the account is gone."""
    link = read_link(key)
    if link.state != "good":
        return redirect("account_confirm_email", key=key)
    if request.method == "POST":
        if close_unused(address=link.address):
            messages.success(request, _("The account is closed. Nothing of it was used."))
        return redirect("account_login")
    return render(request, "account/link_close.html", {"address": link.address, "key": key})


def verify(request: HttpRequest, key: str, address: EmailAddress) -> HttpResponse:
    """Verify the address in a browser that knows the password, and sign it in."""
    is_change = address.email != address.user.email
    try:
        response = allauth_views.confirm_email(request, key=key)
    except Http404:  # overtaken in this very moment; the page says by what
        return redirect(request.path)
    is_verified = EmailAddress.objects.filter(pk=address.pk, verified=True).exists()
    if is_verified and is_change:
        text = _("Your address is now %(email)s. Use it in the app too.")
        messages.success(request, text % {"email": address.email})
    elif is_verified and request.user.is_authenticated:
        messages.success(request, _("Your email address is verified."), extra_tags="time-zone")
    elif is_verified:
        messages.success(request, _("Your email address is verified. Sign in to go on."))
    return response


@login_not_required
@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """“Check your inbox”: leads on once the address is verified, which may have happened on another device."""
    if request.user.is_authenticated:
        return redirect("licenses:index")
    waiting = login_in_progress(request)
    sign_in = reverse("account_login")
    if waiting and waiting.redirect_url:
        sign_in += f"?{urlencode({'next': waiting.redirect_url})}"
    is_verified = EmailAddress.objects.filter(email=request.session.get(EXPECTED_MAIL), verified=True).exists()
    # Said only to the browser that began the account: of an address that had one already, it would tell just that.
    if is_verified and EXPECTED_PASSWORD in request.session:
        messages.success(request, _("Your email address is verified. Sign in to go on."))
        return redirect(sign_in)
    return render(request, "account/verification_sent.html", {"sign_in": sign_in})


@login_not_required
@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Send a verification mail once more: to the address that waits to replace a customer's, or to a visitor's."""
    if request.user.is_authenticated:
        address = EmailAddress.objects.get_new(request.user)
        if address:
            send_and_tell(request, address.email, address)
        return redirect("account_email")
    email = request.session.get(EXPECTED_MAIL)
    if not email:
        return redirect("account_login")
    if not User.objects.filter(email=email).exists():
        messages.warning(request, _("This registration is gone. Please create your account again."))
        return redirect("account_signup")
    send_and_tell(request, email)
    return redirect("account_email_verification_sent")


def send_and_tell(request: HttpRequest, email: str, address: EmailAddress | None = None) -> None:
    """Send the mail, or say from when on it can be sent again."""
    with even_time():
        sent = get_adapter().send_link(request, email, address)
    if sent:
        messages.success(request, _("We sent the message again."))
        return
    messages.warning(
        request, _("A message is on its way already. You can ask for another one in a minute, and for six in an hour.")
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """“Account and security”: what we know about the customer, each with its way to change it."""
    context = {
        "language_form": LanguageForm(initial={"language": request.LANGUAGE_CODE}),
        "new_address": EmailAddress.objects.get_new(request.user),
        "now": timezone.now(),
    }
    return render(request, "accounts/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest) -> HttpResponse:
    """Change the name, which may also stay empty."""
    form = NameForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.instance.save(update_fields=["name"])
        messages.success(request, _("Your name is saved."))
        return redirect("accounts:index")
    help = _("The app shows it where you are signed in. You can leave it empty.")
    return render(request, "accounts/setting.html", {"form": form, "title": _("Your name"), "help": help})


@require_http_methods(["GET", "HEAD", "POST"])
def time_zone(request: HttpRequest) -> HttpResponse:
    """Change the time zone in which dates are shown and terms end."""
    form = TimeZoneForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.instance.save(update_fields=["time_zone"])
        messages.success(request, _("Your time zone is saved."))
        return redirect("accounts:index")
    help = _("Dates are shown in it, and your licenses end at the end of a day there.")
    return render(request, "accounts/setting.html", {"form": form, "title": _("Your time zone"), "help": help})


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: in this browser, and for customers wherever they sign in and in their mails."""
    back = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("home")
    if request.POST.get("code"):
        keep_typed_code(session=request.session, text=request.POST["code"])
    # Not `redirect`: that takes a word for the name of a page, and fails when there is none.
    response = HttpResponseRedirect(back)
    form = LanguageForm(request.POST)
    if form.is_valid():
        remember_language(response, form.cleaned_data["language"])
        if request.user.is_authenticated:
            request.user.language = form.cleaned_data["language"]
            request.user.save(update_fields=["language"])
    return response
