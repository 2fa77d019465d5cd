"""The outbox for staff: who was written to, about what, and whether it arrived; never the text."""

from django.contrib import admin, messages
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.foundation.queue.filters import StateFilter
from portal.ui.staff import KeptAdmin

from .models import Mail
from .services import send_again


class MailStateFilter(StateFilter):
    done = ("sent", _("sent"))


@admin.register(Mail)
class MailAdmin(KeptAdmin):
    list_display = (
        "subject",
        "recipients",
        "created_at",
        "done_at",
        "tries",
        "next_try_at",
        "last_error",
        "given_up_at",
    )
    list_filter = (MailStateFilter, "created_at")
    search_fields = ("recipients",)
    search_help_text = _("The beginning of an email address.")
    fields = ("recipients", "subject", "created_at", "tries", "next_try_at", "last_error", "done_at", "given_up_at")
    actions = ("try_again_now",)

    def found_by(self, request, text):
        return Q(recipients__startswith=text.lower())

    def has_change_permission(self, request, obj=None):
        return False

    def has_send_permission(self, request):
        return request.user.has_perm("mail.change_mail")

    @admin.action(description=_("Try again now"), permissions=["send"])
    def try_again_now(self, request, queryset):
        count = send_again(mails=queryset, at=timezone.now())
        text = ngettext("%(count)d mail is tried again now.", "%(count)d mails are tried again now.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)
