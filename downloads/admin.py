"""Staff publish installers, keep store links and edit the setup guides."""

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from downloads.models import Installer, SetupGuide, StoreLink
from downloads.services import check_installer, publish_installer, withdraw_installer, write_default_guides


class InstallerForm(forms.ModelForm):
    """Says beside the field what the service would refuse; the name is that of the uploaded file if none is given."""

    file_name = Installer._meta.get_field("file_name").formfield(required=False)

    def clean(self):
        data = super().clean()
        if self.instance.pk is None and data.get("file") and data.get("product") and data.get("platform"):
            data["file_name"] = data.get("file_name") or data["file"].name
            parts = ("product", "platform", "version", "language", "file", "file_name")
            check_installer(**{part: data.get(part, "") for part in parts})
        return data


@admin.register(Installer)
class InstallerAdmin(admin.ModelAdmin):
    form = InstallerForm
    list_display = ("product", "platform", "version", "language", "size_text", "released_at", "withdrawn_at")
    list_filter = ("platform", "language", "product")
    list_select_related = ("product",)
    search_fields = ("product__name", "version", "file_name", "sha256")
    date_hierarchy = "released_at"
    actions = ("withdraw",)
    view_on_site = False
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})}}
    new = ("product", "platform", "version", "language", "file", "file_name", "requirements", "released_at")
    fixed = ("product", "platform", "version", "language", "file_name", "size_text", "sha256", "withdrawn_at")

    def get_fields(self, request, obj=None):
        return (*self.fixed, "requirements", "released_at") if obj else self.new

    def get_readonly_fields(self, request, obj=None):
        return self.fixed if obj else ()

    def has_delete_permission(self, request, obj=None):
        return False  # withdraw it instead: what customers received stays known

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        parts = {name: form.cleaned_data[name] for name in self.new}
        obj.pk = publish_installer(actor=request.user, **parts).pk
        obj.refresh_from_db()

    @admin.display(description=_("size"), ordering="size")
    def size_text(self, installer):
        return installer.size_text

    @admin.action(description=_("Withdraw the chosen installers"), permissions=["change"])
    def withdraw(self, request, queryset):
        installers = [withdraw_installer(installer=one, actor=request.user) for one in queryset]
        text = ngettext("%(n)s installer was withdrawn.", "%(n)s installers were withdrawn.", len(installers))
        self.message_user(request, text % {"n": len(installers)})


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
            return forms.ChoiceField(label=field.verbose_name, choices=settings.LANGUAGES)
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
