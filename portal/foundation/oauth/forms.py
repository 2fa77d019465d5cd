"""The code that a device shows, as people type it."""

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.forms import ConfirmCodeForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.foundation.api import limits
from portal.foundation.refusals import SlowDown

from .models import Grant

HALF = 4


class UserCodeForm(ConfirmCodeForm):
    """allauth looks the code up; here it may come in any case, with or without its hyphen; wrong ones are counted."""

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person.pk
        self.fields["code"] = forms.CharField(
            label=_("Code on the device"),
            max_length=40,
            widget=forms.TextInput(
                attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
            ),
            error_messages={"required": _("Type the code that the device shows.")},
        )

    def clean_code(self) -> str:
        typed = "".join(filter(str.isalnum, self.cleaned_data["code"])).upper()
        self.cleaned_data["code"] = f"{typed[:HALF]}-{typed[HALF:]}"
        counted = limits.count("device-code", self.person)
        if counted.is_over:
            raise SlowDown(again_at=counted.until, at=counted.at)
        try:
            code = super().clean_code()
            self.grant = Grant.objects.waiting().get(digest=get_adapter().hash_token(self.device_code))
        except (ValidationError, Grant.DoesNotExist) as refusal:
            text = _("No device waits with this code. Check it; codes work for ten minutes.")
            raise ValidationError(text, code="unknown") from refusal
        limits.give_back("device-code", self.person)
        return code
