"""Where allauth asks us: who gets which answer, and how mails leave."""

import hashlib
from email.utils import formataddr, parseaddr

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from licenses.services import deliver_waiting_orders, lend_waiting_code, move_waiting_code, resume_code
from portal.foundation.api import limits
from portal.foundation.oauth.allauth_seam import drop_login
from portal.foundation.oauth.models import SignIn
from portal.foundation.oauth.services import end_sign_ins
from portal.ui.brand import brand
from portal.ui.words import from_now

from . import interrupted
from .models import User
from .preferences import remember_language

# The address that “Check your inbox” speaks of, and the password that the person had then.
EXPECTED_MAIL = "expected_mail"
EXPECTED_PASSWORD = "expected_password"  # noqa: S105 (the name of a session's entry)


def digest_of(email: str) -> str:
    """Return the subject under which the tries for an address are counted: long ones fit, and no table lists them."""
    return hashlib.sha256(email.lower().encode()).hexdigest()


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": gettext_lazy("This account is closed."),
        "duplicate_email": gettext_lazy("This is the address of your account already."),
        "email_password_mismatch": gettext_lazy("The email address and password don’t match."),
        "enter_current_password": gettext_lazy("This is not your current password. Check it and try again."),
        "incorrect_password": gettext_lazy("This is not your password. Check it and try again."),
        "too_many_login_attempts": gettext_lazy("Too many tries. Wait a minute and try again."),
    }

    # Registering

    def expect_mail(self, request: HttpRequest, email: str) -> None:
        """Remember in the session which address “Check your inbox” is about."""
        request.session[EXPECTED_MAIL] = email

    def respond_email_verification_sent(self, request: HttpRequest, user: User | None) -> HttpResponse:
        """Remember who waits for the mail, with which password: only that person is signed in by the link.

        A code that was typed before waits on that account too, so that the link can be opened in any browser.
        """
        request.session.pop(EXPECTED_PASSWORD, None)
        if user:
            self.expect_mail(request, user.email)
            request.session[EXPECTED_PASSWORD] = user.get_session_auth_hash()
            lend_waiting_code(session=request.session, user=user, at=request.now)  # type: ignore[attr-defined] # set by TakeMoment
        return super().respond_email_verification_sent(request, user)

    def knows_password(self, request: HttpRequest, user: User) -> bool:
        """Tell whether this browser showed the account's present password: at registration or at a sign-in."""
        shown = request.session.get(EXPECTED_PASSWORD, "")
        return request.user == user or constant_time_compare(shown, user.get_session_auth_hash())

    def may_send_link(self, request: HttpRequest, email: str) -> bool:
        """Tell whether a verification mail to this address would go out now."""
        return ratelimit.consume(request, action="confirm_email", key=email, dry_run=True)

    def send_link(self, request: HttpRequest, email: str, address: EmailAddress | None = None) -> bool:
        """Send the verification mail again, or the one that says that there is an account; False when too soon.

        `address` is known when it is not the one that its account signs in with (a change that waits).
        """
        if not ratelimit.consume(request, action="confirm_email", key=email):
            return False
        address = address or EmailAddress.objects.filter(email=email, user__email=email, verified=False).first()
        if address:
            address.send_confirmation(request, signup=address.user.email == email)
        else:
            self.send_account_already_exists_mail(email)
        return True

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Mark the address as verified, unless another account took it meanwhile; what was bought for it arrives."""
        if not self.knows_password(request, email_address.user):
            drop_login(request)
        try:
            with transaction.atomic():
                verified = super().confirm_email(request, email_address)
                if verified:
                    deliver_waiting_orders(user=email_address.user, at=request.now)  # type: ignore[attr-defined] # set by TakeMoment
                return verified
        except IntegrityError:
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, {"email": email_address.email})
            return False

    # Signing in

    def pre_authenticate(self, request: HttpRequest, **credentials) -> None:
        """Count a try before its password is looked at, so that tries sent at once cannot overtake the limit."""
        super().pre_authenticate(request, **credentials)
        tries = limits.count("sign-in", digest_of(credentials["email"]))
        request.sign_in_tries = tries  # type: ignore[attr-defined] # ours
        if tries.is_over:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials) -> User | None:
        user = super().authenticate(request, **credentials)
        if user:
            limits.give_back("sign-in", digest_of(credentials["email"]))
        return user

    def explain_refusal(self, request: HttpRequest, refusal: ValidationError) -> ValidationError:
        """Turn a refused sign-in into words that say what to do, the same whether or not the address is known."""
        tries = getattr(request, "sign_in_tries", None)
        if tries is None:
            return refusal
        if tries.number >= tries.of:
            text = _("There were too many tries. You can sign in again %(wait)s, or reset your password now.")
            return ValidationError(text % {"wait": from_now(tries.until, tries.at)}, code="too_many_login_attempts")
        if refusal.code != "email_password_mismatch":
            return refusal
        left = tries.of - tries.number
        text = ngettext(
            "The email address and password don’t match. Check both, or reset your password. "
            "You have %(tries)d more try, then a pause of %(minutes)d minutes.",
            "The email address and password don’t match. Check both, or reset your password. "
            "You have %(tries)d more tries, then a pause of %(minutes)d minutes.",
            left,
        )
        minutes = settings.LIMITS["sign-in"][1].total_seconds() // 60
        return ValidationError(text % {"tries": left, "minutes": minutes}, code=refusal.code)

    def post_login(self, request: HttpRequest, user: User, **how) -> HttpResponse:
        """Hand over the code that waited in the session, and let the browser keep the customer's language."""
        request.session.pop(EXPECTED_MAIL, None)
        request.session.pop(EXPECTED_PASSWORD, None)
        move_waiting_code(session=request.session, user=user, at=request.now)  # type: ignore[attr-defined] # set by TakeMoment
        how["redirect_url"] = self.go_on(request, user, how.get("redirect_url"))
        # An order whose region did not fit waits on, until staff correct the account.
        deliver_waiting_orders(user=user, at=request.now)  # type: ignore[attr-defined] # set by TakeMoment
        response = super().post_login(request, user, **how)
        if user.language:
            remember_language(response, user.language)
        return response

    def go_on(self, request: HttpRequest, user: User, url: str | None) -> str | None:
        """Return where to go on after a sign-in; what was kept when the last one had ended is for its account only."""
        kept = interrupted.take(request)
        if kept is None:
            return url
        if kept.account == user.pk:
            resume_code(session=request.session, user=user, text=kept.code, at=request.now)  # type: ignore[attr-defined] # set by TakeMoment
            return url
        messages.warning(request, _("What we kept for another account was dropped. Nothing of it was used."))
        return reverse("licenses:index") if url == kept.page else url

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Store a new password; whoever signed in on a device with the old one is out."""
        super().set_password(user, password)
        limits.forget("sign-in", digest_of(user.email))
        end = SignIn.End.PASSWORD_CHANGED
        end_sign_ins(sign_ins=user.sign_ins.all(), end=end, actor=user, at=self.request.now)

    # Where to go on

    def is_safe_url(self, url: str | None) -> bool:
        """Tell whether `next` stays here; an address that cannot even be read (“http://[”) does not."""
        try:
            return super().is_safe_url(url)
        except ValueError:
            return False

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("licenses:index" if self.request.user.is_authenticated else "account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:index")

    # Mails

    def get_from_email(self) -> str:
        """The operator's name with the address that mails come from."""
        return formataddr((settings.SITE_NAME, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))

    def render_mail(self, template_prefix: str, email: str, context: dict, headers=None) -> EmailMessage:
        """Write a mail in the operator's name, in the language and time zone of whoever reads it."""
        reader = context.get("user") or User.objects.filter(email=email).first() or User()
        links = {
            "login_url": self.absolute_url("account_login"),
            "reset_url": self.absolute_url("account_reset_password"),
        }
        context = {**brand(), **links, **context}
        with (
            translation.override(reader.language or translation.get_language()),
            timezone.override(reader.zone),
        ):
            return super().render_mail(template_prefix, email, context, headers)

    # Links in mails: always the operator's address, whatever name a request came by.

    def absolute_url(self, name: str, *args: str) -> str:
        return settings.PORTAL_URL + reverse(name, args=args)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation) -> str:
        return self.absolute_url("account_confirm_email", emailconfirmation.key)

    def get_reset_password_from_key_url(self, key: str) -> str:
        return self.absolute_url("account_reset_password_from_key", *key.split("-", 1))
