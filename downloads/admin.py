"""Staff publish installers, keep store links and edit the setup guides."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from downloads.models import Installer, SetupGuide, StoreLink
from downloads.services import (
    check_installer,
    follow_versions,
    make_current,
    publish_installer,
    put_back_installer,
    withdraw_installer,
    write_default_guides,
)
from portal.ui.staff import HappenedFilter, MadeAdmin


class PublishForm(forms.ModelForm):
    """Says beside the field what the service would refuse; the name is that of the uploaded file if none is given."""

    file_name = Installer._meta.get_field("file_name").formfield(required=False)

    def clean(self):
        data = super().clean()
        if data.get("file") and data.get("product") and data.get("platform"):
            data["file_name"] = data.get("file_name") or data["file"].name
            parts = ("product", "platform", "version", "language", "file", "file_name")
            check_installer(**{part: data.get(part, "") for part in parts})
        return data


def language_choice(field):
    """Ask for a language of the portal, instead of a code that somebody may mistype."""
    return forms.ChoiceField(label=capfirst(field.verbose_name), choices=settings.LANGUAGES, initial=field.default)


@admin.register(Installer)
class InstallerAdmin(MadeAdmin):
    make_form = PublishForm
    make_fields = ["product", "platform", "version", "language", "file", "file_name", "requirements", "released_at"]
    make_title = _("Publish an installer")
    make_link = _("Publish an installer…")
    not_made = _("Nothing was published. Please correct what is marked below.")
    list_display = ("product", "platform", "version", "language", "state", "size_text", "released_at", "damaged_at")
    list_filter = ("platform", "language", "product", ("withdrawn_at", HappenedFilter))
    list_select_related = ("product",)
    search_fields = ("product__name", "version", "file_name", "sha256")
    date_hierarchy = "released_at"
    actions = ("make_current", "follow_versions", "withdraw", "put_back")
    change_form_template = "admin/downloads/installer/change_form.html"
    view_on_site = False
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})}}
    fixed = (
        "product",
        "platform",
        "version",
        "language",
        "state",
        "file_name",
        "size_text",
        "sha256",
        "withdrawn_at",
        "checked_at",
        "damaged_at",
    )

    def get_fields(self, request, obj=None):
        return (*self.fixed, "requirements", "released_at")

    def get_readonly_fields(self, request, obj=None):
        return self.fixed if obj else ()

    def formfield_for_dbfield(self, field, request, **kwargs):
        if field.name == "language":
            return language_choice(field)
        return super().formfield_for_dbfield(field, request, **kwargs)

    def has_delete_permission(self, request, obj=None):
        return False  # withdraw it instead: what customers received stays known

    def made(self, request, asked):
        """Lead to the list, and say so when customers go on getting another version."""
        installer = publish_installer(actor=request.user, at=request.now, **asked)
        self.log_addition(request, installer, [{"added": {}}])
        self.message_user(request, _("Published: %(installer)s.") % {"installer": installer}, messages.SUCCESS)
        current = Installer.objects.published(request.now).like(installer).current_first()
        if current and current[0] != installer:
            text = _("Customers go on getting version %(version)s.") % {"version": current[0].version}
            self.message_user(request, text, messages.WARNING)
        return redirect("admin:downloads_installer_changelist")

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["is_published"] = obj is not None and obj.is_published(timezone.now())
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def get_changelist_instance(self, request):
        """Find out once which of the rows are current."""
        changes = super().get_changelist_instance(request)
        products = {installer.product_id for installer in changes.result_list}
        current = current_installers(Installer.objects.filter(product__in=products))
        for installer in changes.result_list:
            installer.is_current = installer.pk in current
        return changes

    @admin.display(description=_("state"))
    def state(self, installer):
        if installer.withdrawn_at:
            return _("withdrawn")
        if not installer.is_published(timezone.now()):
            return _("not yet released")
        if not hasattr(installer, "is_current"):
            installer.is_current = installer.pk in current_installers(Installer.objects.like(installer))
        if not installer.is_current:
            return _("earlier version")
        return _("current, made so by staff") if installer.made_current_at else _("current, the highest version")

    @admin.display(description=_("size"), ordering="size")
    def size_text(self, installer):
        return installer.size_text

    @admin.action(description=_("Withdraw"), permissions=["change"])
    def withdraw(self, request, queryset):
        installers = [withdraw_installer(installer=one, at=timezone.now(), actor=request.user) for one in queryset]
        text = ngettext("%(n)s installer was withdrawn.", "%(n)s installers were withdrawn.", len(installers))
        self.message_user(request, text % {"n": len(installers)}, messages.SUCCESS)

    @admin.action(description=_("Put back what was withdrawn"), permissions=["change"])
    def put_back(self, request, queryset):
        installers = [put_back_installer(installer=one, at=timezone.now(), actor=request.user) for one in queryset]
        text = ngettext("%(n)s installer is offered again.", "%(n)s installers are offered again.", len(installers))
        self.message_user(request, text % {"n": len(installers)}, messages.SUCCESS)

    @admin.action(description=_("Make current"), permissions=["change"])
    def make_current(self, request, queryset):
        """One version of each product, platform and language; two at once would be a riddle."""
        if len({(one.product_id, one.platform, one.language) for one in queryset}) < len(queryset):
            self.message_user(request, _("Choose one version of each product and platform."), messages.ERROR)
            return
        for installer in queryset:
            try:
                make_current(installer=installer, at=timezone.now(), actor=request.user)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            else:
                text = _("Customers get %(installer)s now, until you offer the highest version again.")
                self.message_user(request, text % {"installer": installer}, messages.SUCCESS)

    @admin.action(description=_("Offer the highest version again"), permissions=["change"])
    def follow_versions(self, request, queryset):
        for installer in queryset:
            follow_versions(installer=installer, at=timezone.now(), actor=request.user)
        self.message_user(request, _("Customers get the highest version."), messages.SUCCESS)


def current_installers(installers) -> set[int]:
    """Return the ids of those that are the current one of their product, platform and language."""
    current: dict[tuple, int] = {}
    for one in installers.published(timezone.now()).current_first():
        current.setdefault((one.product_id, one.platform, one.language), one.pk)
    return set(current.values())


@admin.register(StoreLink)
class StoreLinkAdmin(admin.ModelAdmin):
    list_display = ("product", "store", "url", "requirements")
    list_filter = ("store", "product")
    list_select_related = ("product",)
    search_fields = ("product__name", "url")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        write_default_guides(product=obj.product, platforms=[SetupGuide.Platform.MOBILE])


@admin.register(SetupGuide)
class SetupGuideAdmin(admin.ModelAdmin):
    list_display = ("product", "platform", "language", "minutes", "updated_at")
    list_filter = ("platform", "language", "product")
    list_select_related = ("product",)
    search_fields = ("product__name", "body")
    readonly_fields = ("help", "preview", "updated_at")
    fields = ("product", "platform", "language", "minutes", "body", "help", "preview", "updated_at")
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 30})}}

    def formfield_for_dbfield(self, field, request, **kwargs):
        if field.name == "language":
            return language_choice(field)
        return super().formfield_for_dbfield(field, request, **kwargs)

    @admin.display(description=_("preview"))
    def preview(self, guide):
        if guide.pk is None:
            return _("After saving, the page can be looked at here.")
        return format_html('<a href="{}">{}</a>', guide.get_absolute_url(), _("Open the page as it is saved"))

    @admin.display(description=_("how to write"))
    def help(self, guide):
        return _(
            "Markdown: ## heading, 1. step, - list, **bold**, [link](https://…), > note. HTML tags are shown as text. "
            "These are filled in for each reader: {product} {file_name} {site} {email}, "
            "and as addresses of links: [Devices]({devices}) [Downloads]({downloads}) [Licenses]({licenses})"
        )
