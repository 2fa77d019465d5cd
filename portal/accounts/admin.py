"""Customers and staff in the admin."""

# Imported as a whole, so that allauth has registered its page before it is replaced here.
from typing import ClassVar

from allauth.account import admin as allauth_admin
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import context
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, Q
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from licenses.models import Region
from portal.foundation.oauth.models import SignIn
from portal.foundation.oauth.services import end_sign_ins
from portal.ui.staff import ColumnFilter, KeptAdmin, LargeAdmin, begins, link_to, people

from .models import User
from .services import mark_verified, refuse_staff, tell_password_set

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


class AddUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name", "language", "time_zone", "region")
        field_classes = {"email": forms.EmailField}

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class ChangeUserForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"
        field_classes: ClassVar[dict] = {}


class SetPasswordForm(AdminPasswordChangeForm):
    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        """Store a new password, and tell its owner."""
        user = super().save(commit)
        tell_password_set(user=user, actor=context.request.user, at=context.request.now)
        return user


class LanguageFilter(ColumnFilter):
    title = _("language")
    parameter_name = "language"

    def lookups(self, request, model_admin):
        return settings.LANGUAGES


class RegionFilter(ColumnFilter):
    title = _("region")
    parameter_name = "region"

    def lookups(self, request, model_admin):
        return Region.choices


@admin.register(User)
class UserAdmin(LargeAdmin, DjangoUserAdmin):
    form = ChangeUserForm
    add_form = AddUserForm
    change_password_form = SetPasswordForm
    list_display = ("email", "name", "is_verified", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", LanguageFilter, RegionFilter, "date_joined")
    search_fields = ("email", "name")
    search_help_text = _("The beginning of an email address or of a name.")
    # Customers change their address themselves, because only its owner can open the mail that verifies it.
    readonly_fields = ("email", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Profile"), {"fields": ("name", "language", "time_zone", "region")}),
        (_("Rights"), {"fields": ("is_active", *RIGHTS)}),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("email", "name", "usable_password", "password1", "password2")}),
        (_("Profile"), {"fields": ("language", "time_zone", "region")}),
    )

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Offer the languages and regions that there are; any other one would fail its customer later."""
        choices = {"language": settings.LANGUAGES, "region": Region.choices}.get(db_field.name)
        if choices is None:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return forms.ChoiceField(label=capfirst(db_field.verbose_name), choices=[("", "–"), *choices], required=False)

    def get_queryset(self, request):
        verified = Prefetch("emailaddress_set", EmailAddress.objects.filter(verified=True), "verified_addresses")
        return super().get_queryset(request).prefetch_related(verified)

    def found_by(self, request, text):
        return Q(email__startswith=text.lower()) | begins("name", text)

    @admin.display(description=_("verified"), boolean=True)
    def is_verified(self, user: User) -> bool:
        return bool(user.verified_addresses)  # type: ignore[attr-defined] # prefetched by get_queryset

    def get_readonly_fields(self, request, obj=None):
        """Let only superusers hand out rights."""
        if obj is None:
            return ()
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *RIGHTS)

    def has_change_permission(self, request, obj=None):
        """Keep staff away from each other's accounts: who sets a password takes over its rights."""
        return super().has_change_permission(request, obj) and self.may_touch(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.may_touch(request, obj)

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        """Close an account everywhere: nobody stays signed in to it on a device."""
        super().save_model(request, obj, form, change)
        if change and not obj.is_active:
            end_sign_ins(sign_ins=obj.sign_ins.all(), end=SignIn.End.CLOSED, actor=request.user, at=request.now)

    def may_touch(self, request, obj: User | None) -> bool:
        return obj is None or not obj.is_staff or request.user.is_superuser or obj == request.user


admin.site.unregister([allauth_admin.EmailAddress, Group])


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    """Only superusers: whoever changes a group gives its rights to everybody in it."""

    def has_module_permission(self, request) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request) -> bool:
        return request.user.is_superuser


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("How the customer proved it, and to whom."))


@admin.register(EmailAddress)
class EmailAddressAdmin(KeptAdmin):
    """Read only: whoever could write an address here could have the password of its account sent to it."""

    list_display = ["email", "customer", "primary", "verified"]
    list_filter = ["verified", "primary"]
    list_select_related = ["user"]
    search_fields = ["email", "user__email"]
    search_help_text = _("The beginning of an email address.")
    fields = readonly_fields = ("email", "customer", "primary", "verified")
    actions = ["send_again", "mark_as_verified"]

    def found_by(self, request, text):
        return Q(email__startswith=text.lower()) | Q(user__in=people(request, text))

    @admin.display(description=_("customer"))
    def customer(self, address: EmailAddress) -> str:
        return link_to(address.user)

    @admin.action(description=_("Send the verification mail again"), permissions=["change"])
    def send_again(self, request, queryset) -> None:
        for address in queryset.select_related("user"):
            self.tell(request, address, self.send(request, address))

    def send(self, request, address: EmailAddress) -> str:
        """Send the mail, or return why not."""
        try:
            refuse_staff(address.user)
        except ValidationError as refusal:
            return refusal.messages[0]
        if address.verified:
            return str(_("is verified already."))
        sent = get_adapter(request).send_link(request, address.email, address)
        return "" if sent else str(_("got a mail a moment ago. Wait a few minutes."))

    def tell(self, request, address: EmailAddress, refusal: str) -> None:
        if refusal:
            self.message_user(request, f"{address.email}: {refusal}", messages.WARNING)
        else:
            self.message_user(request, _("A mail goes to %(email)s.") % {"email": address.email}, messages.SUCCESS)

    @admin.action(description=_("Mark as verified…"), permissions=["change"])
    def mark_as_verified(self, request, queryset):
        """Ask first how the customer proved it; it stays on record."""
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            for address in queryset:
                self.mark(request, address, form.cleaned_data["reason"])
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Mark addresses as verified"),
            "opts": self.opts,
            "addresses": queryset.select_related("user"),
            "form": form,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/account/emailaddress/verify.html", context)

    def mark(self, request, address: EmailAddress, reason: str) -> None:
        try:
            mark_verified(address=address, reason=reason, actor=request.user, at=request.now)
        except ValidationError as refusal:
            self.message_user(request, f"{address.email}: {refusal.messages[0]}", messages.ERROR)
        else:
            self.message_user(request, _("%(email)s is verified.") % {"email": address.email}, messages.SUCCESS)
