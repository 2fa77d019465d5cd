"""Webhooks for staff: who listens where, what was told, whether it arrived; secrets are shown once."""

from allauth.idp.oidc.models import Client
from django import forms
from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.foundation.queue.filters import StateFilter
from portal.ui.staff import HappenedFilter, KeptAdmin, MadeAdmin, in_fours
from portal.ui.words import moment

from .models import Delivery, Endpoint
from .services import add_endpoint, disable_endpoint, enable_endpoint, rotate_secret, send_again
from .topics import all_topics, topic_choices


class EndpointForm(forms.ModelForm):
    topics = forms.MultipleChoiceField(
        label=_("What it hears about"), choices=topic_choices, initial=all_topics, widget=forms.CheckboxSelectMultiple
    )
    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")

    class Meta:
        model = Endpoint
        fields = ["client", "url", "topics"]


@admin.register(Endpoint)
class EndpointAdmin(MadeAdmin):
    form = make_form = EndpointForm
    make_fields = ["client", "url", "topics"]
    make_title = _("Add an endpoint")
    make_link = _("Add an endpoint…")
    not_made = _("No endpoint was added. Please correct what is marked below.")
    list_display = ["url", "client", "created_at", "rotated_at", "waiting", "disabled_at"]
    list_filter = [("disabled_at", HappenedFilter), ("client", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["client"]
    search_fields = ["url", "client__id", "client__name"]
    readonly_fields = ["created_at", "rotated_at", "disabled_at"]
    actions = ["rotate", "switch_off", "switch_on"]

    def get_queryset(self, request):
        waiting = Delivery.objects.waiting().filter(endpoint=OuterRef("pk")).order_by().values("endpoint")
        counted = Subquery(waiting.annotate(count=Count("pk")).values("count"))
        return super().get_queryset(request).annotate(messages_waiting=Coalesce(counted, 0))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Offer stores, not the apps that people sign in to."""
        stores = Client.objects.filter(grant_types__contains=Client.GrantType.CLIENT_CREDENTIALS)
        return super().formfield_for_foreignkey(db_field, request, queryset=stores, **kwargs)

    def get_fields(self, request, obj=None):
        return ["client", "url", "topics", *(self.readonly_fields if obj else [])]

    def get_readonly_fields(self, request, obj=None):
        return ["client", *self.readonly_fields] if obj else []

    @admin.display(description=_("waiting"), ordering="messages_waiting")
    def waiting(self, endpoint):
        return endpoint.messages_waiting

    def made(self, request, asked):
        """The secret goes out in the answer to this very request."""
        endpoint, secret = add_endpoint(client_id=asked["client"].pk, url=asked["url"], topics=asked["topics"])
        self.log_addition(request, endpoint, [{"added": {}}])
        return self.show_secrets(request, [(endpoint, secret)])

    def show_secrets(self, request, fresh):
        context = {
            **self.admin_site.each_context(request),
            "title": _("Secrets of webhooks"),
            "opts": self.opts,
            "fresh": fresh,
        }
        return TemplateResponse(request, "admin/webhooks/endpoint/secrets.html", context)

    @admin.action(description=_("Make a new secret"), permissions=["change"])
    def rotate(self, request, queryset):
        return self.show_secrets(
            request, [rotate_secret(endpoint=endpoint, at=timezone.now()) for endpoint in queryset]
        )

    @admin.action(description=_("Switch off"), permissions=["change"])
    def switch_off(self, request, queryset):
        for endpoint in queryset:
            disable_endpoint(endpoint=endpoint, at=timezone.now())

    @admin.action(description=_("Switch on"), permissions=["change"])
    def switch_on(self, request, queryset):
        for endpoint in queryset:
            enable_endpoint(endpoint=endpoint, at=timezone.now())


class DeliveryStateFilter(StateFilter):
    done = ("delivered", _("delivered"))


@admin.register(Delivery)
class DeliveryAdmin(KeptAdmin):
    list_display = (
        "topic",
        "subject",
        "endpoint",
        "created_at",
        "tries",
        "last_status",
        "last_error",
        "next_try",
        "done_at",
        "given_up_at",
    )
    list_filter = (DeliveryStateFilter, "topic", "endpoint", "created_at")
    list_select_related = ("endpoint",)
    search_fields = ("subject", "event_id", "endpoint__url")
    search_help_text = _("Support key, id of the message, or address.")
    fields = ("event_id", *list_display, "body")
    actions = ("send_now",)

    def found_by(self, request, text):
        """Name the endpoints first: they are few. A subject may be a key, which people type without its hyphens."""
        endpoints = Endpoint.objects.filter(url__icontains=text).order_by().values_list("pk", flat=True)
        subjects = Q(subject__in=[text, in_fours(text)] if in_fours(text) else [text])
        return subjects | Q(event_id=text) | Q(endpoint__in=list(endpoints))

    @admin.display(description=_("next try"))
    def next_try(self, delivery):
        return moment(delivery.next_try_at) if delivery.is_waiting else "–"

    def has_change_permission(self, request, obj=None):
        return False

    def has_send_permission(self, request):
        return request.user.has_perm("webhooks.change_delivery")

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_now(self, request, queryset):
        count = send_again(deliveries=Delivery.objects.filter(pk__in=queryset.values("pk")), at=timezone.now())
        text = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
