"""Apps and stores, and who is signed in with them, for staff."""

# Imported as a whole, so that allauth has registered its pages before they are replaced here.
from allauth.idp.oidc import admin as allauth_admin
from allauth.idp.oidc.models import Client, Token
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, Q
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.ui.staff import KeptAdmin, KeptInline, begins, people

from .models import IssuedToken, SignIn
from .services import end_sign_ins, give_secret, restore_client, suspend_client

admin.site.unregister(Client)
admin.site.unregister(Token)


@admin.register(Client)
class ClientAdmin(allauth_admin.ClientAdmin):
    """Only superusers: whoever adds an app decides what may ask for customers' sign-ins."""

    list_display = ("name", "id", "type", "skip_consent", "created_at", "switched_off")
    list_filter = ("type", "skip_consent")
    readonly_fields = ("created_at",)
    exclude = ("secret", "owner", "data", "allow_uri_wildcards", "cors_origins", "response_types")
    list_select_related = ("suspension",)
    actions = ("give_new_secret", "switch_off", "switch_on")

    def has_module_permission(self, request) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser

    has_change_permission = has_view_permission

    def has_delete_permission(self, request, obj=None) -> bool:
        """Nobody: the sign-ins of all its devices would go along. It is switched off instead."""
        return False

    def has_add_permission(self, request) -> bool:
        return request.user.is_superuser

    def get_readonly_fields(self, request, obj=None):
        """An id is in programs that were shipped, and in the tokens that they hold."""
        return (*self.readonly_fields, "id") if obj else self.readonly_fields

    def save_model(self, request, obj, form, change) -> None:
        # Not allauth's: it shows a secret also for an app, which has none.
        admin.ModelAdmin.save_model(self, request, obj, form, change)
        if not change and obj.type == Client.Type.CONFIDENTIAL:
            self.show_secret(request, obj)

    @admin.action(description=_("Give a new secret, shown once"))
    def give_new_secret(self, request, queryset) -> None:
        for client in queryset.filter(type=Client.Type.CONFIDENTIAL):
            self.show_secret(request, client)

    @admin.display(description=_("switched off"))
    def switched_off(self, client: Client):
        return getattr(client, "suspension", None) and client.suspension.suspended_at

    @admin.action(description=_("Switch off…"))
    def switch_off(self, request, queryset):
        """Say first on how many devices people are signed in with it."""
        if "confirmed" in request.POST:
            for client in queryset:
                suspend_client(client=client, actor=request.user, at=request.now)
                self.log_change(request, client, "Switched off")
            self.message_user(request, _("Switched off. Nothing was deleted."), messages.SUCCESS)
            return None
        active = Count("sign_ins", filter=Q(sign_ins__ended_at__isnull=True))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Switch apps and stores off"),
            "opts": self.opts,
            "clients": queryset.annotate(devices=active),
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/allauth_idp_oidc/client/switch_off.html", context)

    @admin.action(description=_("Switch on"))
    def switch_on(self, request, queryset) -> None:
        for client in queryset:
            restore_client(client=client)
            self.log_change(request, client, "Switched on")
        self.message_user(request, _("Switched on. Devices that are signed in go on by themselves."), messages.SUCCESS)

    def show_secret(self, request, client: Client) -> None:
        """Show a new secret: only its hash is kept, so this is the one time."""
        text = _("The secret of {}, shown this once: {}")
        message = format_html(str(text), client.name, format_html("<code>{}</code>", give_secret(client=client)))
        self.message_user(request, message, messages.WARNING)


class IssuedTokenInline(KeptInline):
    model = IssuedToken
    fields = readonly_fields = ("kind", "scopes", "expires_at", "spent_at")


@admin.register(SignIn)
class SignInAdmin(KeptAdmin):
    list_display = ("device_name", "user", "client", "started_at", "ended_at", "end")
    list_filter = ("client", "end", "started_at")
    list_select_related = ("user", "client")
    search_fields = ("user__email", "device_name")
    search_help_text = _("The beginning of an email address or of the name of a device.")
    fields = readonly_fields = (
        *("user", "client", "device_name", "address"),
        *("started_at", "authenticated_at", "ended_at", "end", "ended_by"),
    )
    inlines = (IssuedTokenInline,)
    actions = ("end_these",)

    def found_by(self, request, text):
        return Q(user__in=people(request, text)) | begins("device_name", text)

    @admin.action(description=_("End these sign-ins"), permissions=["change"])
    def end_these(self, request, queryset) -> None:
        ended = end_sign_ins(sign_ins=queryset, end=SignIn.End.STAFF, actor=request.user, at=request.now)
        self.message_user(request, _("%(number)d sign-ins were ended.") % {"number": ended}, messages.SUCCESS)
