"""What people type about themselves: to register, to sign in, and on the account page."""

import zoneinfo
from collections import defaultdict

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField
from allauth.core import context
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.encoding import punycode
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from downloads.services import ADDRESS_KEY

from .adapter import EXPECTED_MAIL, EXPECTED_PASSWORD
from .models import User
from .services import register_account

LONGEST_PASSWORD = 128
LONGEST_ADDRESS = User._meta.get_field("email").max_length


class AddressField(forms.EmailField):
    """An address as it is stored, in lower case, which can be longer; a mail can carry it."""

    def to_python(self, value: str | None) -> str:
        return (super().to_python(value) or "").lower()

    def validate(self, value: str) -> None:
        super().validate(value)
        try:
            punycode(value.rpartition("@")[2])
        except UnicodeError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


def address_field(*, autocomplete: str = "email", label=None, help_text="") -> AddressField:
    """Make a field for an email address that explains what a whole one looks like."""
    return AddressField(
        label=label or _("Email address"),
        help_text=help_text,
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": autocomplete}),
        error_messages={
            "required": _("Enter your email address."),
            "invalid": _("This address is incomplete. It should look like name@example.com."),
        },
    )


def password_field(*, autocomplete: str, label=None) -> PasswordField:
    """Make a field for a password; longer ones are refused, not cut, because nobody sees what was cut."""
    field = PasswordField(
        label=label or _("Password"),
        autocomplete=autocomplete,
        help_text="",
        validators=[MaxLengthValidator(LONGEST_PASSWORD, _("A password can have %(limit_value)d characters at most."))],
        error_messages={"required": _("Enter your password.")},
    )
    del field.widget.attrs["placeholder"]
    return field


def new_password_field(*, user) -> forms.CharField:
    """Make a field for a new password that Django's validators check, with this account in mind."""
    field = password_field(autocomplete="new-password", label=_("New password"))
    field.error_messages["required"] = _("Choose a password.")
    field.validators.append(lambda password: get_adapter().clean_password(password, user=user))
    return field


class TimeZoneOfBrowser(forms.Form):
    """Takes what a script found, when it is a time zone; a browser's mistake must not stop anybody."""

    time_zone = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_time_zone(self) -> str:
        name = self.cleaned_data["time_zone"]
        return name if name in zoneinfo.available_timezones() else ""


class RegisterForm(TimeZoneOfBrowser, allauth_forms.SignupForm):
    field_order = ("email", "password1", "time_zone")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"] = address_field(help_text=_("We send one message to confirm it is yours."))
        self.fields["password1"] = password_field(autocomplete="new-password")
        self.fields["password1"].error_messages["required"] = _("Choose a password.")

    def validate_unique_email(self, value: str) -> str:
        """Ask nobody: whether the address is known shows when the account is stored, and is never told here."""
        return value

    def clean(self) -> dict:
        """Hash the password here, known address or not: that takes the time, and no lock may be held meanwhile."""
        super().clean()
        data = self.cleaned_data
        if not self.errors:
            self.password_hash = make_password(data["password1"])
            self.mail_follows = get_adapter().may_send_link(context.request, data["email"])
        return data

    def try_save(self, request: HttpRequest):
        """Store the account; with a known address the answer is the same, and only the mail tells."""
        user = register_account(
            email=self.cleaned_data["email"],
            password_hash=self.password_hash,
            at=timezone.now(),
            language=get_language() or "",
            time_zone=self.cleaned_data["time_zone"],
            mail_follows=self.mail_follows,
            known_by=request.session.get(EXPECTED_PASSWORD, ""),
        )
        get_adapter().expect_mail(request, self.cleaned_data["email"])
        if user is None:
            self.account_already_exists = True
            return super().try_save(request)
        return user, None


class FirstPasswordForm(TimeZoneOfBrowser):
    """The password of an account whose link was opened elsewhere than where it was registered.

    The one that was registered is not compared: it is stored anew like any other, so nobody can find it out here.
    """

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"] = new_password_field(user=user)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = _("A new one, or the one that you registered with.")

    def clean(self) -> dict:
        """Hash the password here, before any lock is held."""
        super().clean()
        if not self.errors:
            self.password_hash = make_password(self.cleaned_data["password"])
        return self.cleaned_data


class SignInForm(allauth_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = address_field(autocomplete="username")
        self.fields["password"] = password_field(autocomplete="current-password")
        self.order_fields(["login", "password"])
        known = self.request.session
        self.fields["login"].initial = known.get(EXPECTED_MAIL) or known.get(ADDRESS_KEY, "")

    def clean(self):
        """Say in a refusal how many tries are left, or when the next one is allowed."""
        try:
            return super().clean()
        except ValidationError as refusal:
            for name in ("login", "password"):
                self.fields[name].widget.attrs.update({"aria-invalid": "true", "aria-describedby": "notice-refused"})
            raise get_adapter().explain_refusal(self.request, refusal) from refusal


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"] = password_field(autocomplete="current-password", label=_("Current password"))
        self.fields["password1"] = new_password_field(user=self.user)
        del self.fields["password2"]


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    users: list[User]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"] = address_field(autocomplete="username")

    def clean_email(self) -> str:
        """Find accounts by the address that they have, not by a new one that nobody verified: it may be a mistake."""
        email = super().clean_email()
        self.users = [user for user in self.users if user.email == email]
        return email


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"] = new_password_field(user=self.user)
        del self.fields["password2"]


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"] = password_field(autocomplete="current-password")


class ChangeEmailForm(allauth_forms.AddEmailForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"] = address_field(
            label=_("New email address"), help_text=_("We send a message there; the change counts once you verify it.")
        )


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name",)
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [
            (code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES
        ]


class TimeZoneForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    class Meta:
        model = User
        fields = ("time_zone",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [
            ("", _("The portal’s own: %(zone)s") % {"zone": settings.TIME_ZONE}),
            *time_zones_by_region(self.instance.time_zone),
        ]


def time_zones_by_region(chosen: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """List the time zones that have a place's name by region, and the chosen one even when it has none."""
    regions = defaultdict(list)
    for name in sorted(zoneinfo.available_timezones()):
        region, _slash, place = name.partition("/")
        if (place and region != "Etc") or name in ("UTC", chosen):
            regions[region if place else "UTC"].append((name, (place or name).replace("_", " ")))
    return sorted(regions.items())
