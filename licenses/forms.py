"""What a person types about licenses."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from licenses import spelling

LONGEST_CODE = 2 * spelling.FULL_LENGTH  # more symbols than these are no code with a slip, but another text

# After these it helps to look again where the code stands; what the seller or the account forbids is read correctly.
MISTYPED = {"required", "max_length", "not_a_code", "bad_symbol", "incomplete", "typo", "unknown", "several"}

# Here only somebody at the seller's can help.
FOR_SUPPORT = {"unknown", "taken", "region", "too_late", "revoked", "suspended"}


class CodeForm(forms.Form):
    """The activation code as typed; what it is worth is decided by the services."""

    html_id = "code-form"  # of the form on the page, so that a button at the foot can send it along

    code = forms.CharField(
        label=_("Activation code"),
        max_length=spelling.LONGEST_TEXT,
        error_messages={
            "required": _("Type or paste your activation code first. A full code has 25 characters."),
            "max_length": _("This is longer than a code. Paste only the 25 characters of the code."),
        },
    )

    def clean_code(self) -> str:
        """Take the code out of the text in which it stands."""
        text = self.cleaned_data["code"]
        found = spelling.candidates(text)
        if len(found) > 1:
            told = _("There is more than one code in this text. Leave only the one that you want to add.")
            raise ValidationError(told, code="several")
        if not found and len(spelling.normalize(text)) > LONGEST_CODE:
            raise ValidationError(self.fields["code"].error_messages["max_length"], code="max_length")
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
        if self.refusal is None or self.refusal.code not in {"typo", "bad_symbol"}:
            return []
        spelled = spelling.normalize(self.shown)
        stands_in_groups = spelling.display(spelled) == self.shown.upper()
        return spelling.doubtful_groups(spelled) if stands_in_groups else []

    @property
    def is_mistyped(self) -> bool:
        return self.refusal is not None and self.refusal.code in MISTYPED

    @property
    def asks_support(self) -> bool:
        return self.refusal is not None and self.refusal.code in FOR_SUPPORT

    @property
    def refusal(self):
        """The first reason against the code, with its `code` and `params`, for the page to offer the next step."""
        errors = self.errors.as_data().get("code") if self.is_bound else None
        return errors[0] if errors else None
