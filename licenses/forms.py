"""What a person types about licenses."""

from django import forms
from django.utils.translation import gettext_lazy as _

from licenses import spelling
from licenses.refusals import codes as refusals
from portal.foundation.refusals import Refusal

LONGEST_CODE = 2 * spelling.FULL_LENGTH  # more symbols than these are no code with a slip, but another text


class CodeForm(forms.Form):
    """The activation code as typed; what it is worth is decided by the services."""

    html_id = "code-form"  # of the form on the page, so that a button at the foot can send it along

    code = forms.CharField(
        label=_("Activation code"),
        max_length=spelling.LONGEST_TEXT,
        error_messages={
            "required": _("Type or paste your activation code first. A full code has 25 characters."),
            "max_length": refusals.TooLong.sentence,
        },
    )

    def clean_code(self) -> str:
        """Take the code out of the text in which it stands."""
        text = self.cleaned_data["code"]
        found = spelling.candidates(text)
        if len(found) > 1:
            raise refusals.Several()
        if not found and len(spelling.normalize(text)) > LONGEST_CODE:
            raise refusals.TooLong()
        return spelling.display(found[0]) if found else text

    @property
    def shown(self) -> str:
        """What stands in the field: the code that was found, or the text as it was typed."""
        text = self["code"].value() or ""
        found = spelling.candidates(text[: spelling.LONGEST_TEXT])
        return spelling.display(found[0]) if len(found) == 1 else text

    @property
    def wrong_groups(self) -> list[int]:
        """The groups to look at again, by their numbers from 1; none when the code as a whole is refused."""
        if not isinstance(self.refusal, refusals.Typo | refusals.BadSymbol):
            return []
        spelled = spelling.normalize(self.shown)
        stands_in_groups = spelling.display(spelled) == self.shown.upper()
        return spelling.doubtful_groups(spelled) if stands_in_groups else []

    @property
    def is_mistyped(self) -> bool:
        """Whether it helps to look again where the code stands; the form’s own rules are about what was typed."""
        misread = isinstance(self.refusal, refusals.Mistyped) or not isinstance(self.refusal, Refusal)
        return self.refusal is not None and misread

    @property
    def refusal(self):
        """The first reason against the code, for the page to offer the next step."""
        errors = self.errors.as_data().get("code") if self.is_bound else None
        return errors[0] if errors else None
