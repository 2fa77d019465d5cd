"""What a person types about a device."""

from django import forms
from django.utils.translation import gettext_lazy as _

from devices.models import LONGEST
from devices.refusals import NoName
from devices.services import clean_name


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST["name"],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
        error_messages={"required": NoName.sentence},
    )

    def clean_name(self):
        return clean_name(self.cleaned_data["name"])
