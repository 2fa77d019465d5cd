"""What a person types about licenses."""

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_TEXT = 100  # people paste spaces, line breaks and a whole line of a mail


# After these it helps to look again where the code stands; what the seller or the account forbids is read correctly.
MISTYPED = {"required", "max_length", "not_a_code", "bad_symbol", "incomplete", "typo", "unknown"}

# Here only somebody at the seller's can help.
FOR_SUPPORT = {"unknown", "taken", "region", "too_late", "revoked", "suspended"}


class CodeForm(forms.Form):
    """The activation code as typed; what it is worth is decided by the services."""

    html_id = "code-form"  # of the form on the page, so that a button at the foot can send it along

    code = forms.CharField(
        label=_("Activation code"),
        max_length=LONGEST_TEXT,
        error_messages={
            "required": _("Type or paste your activation code first. A full code has 25 characters."),
            "max_length": _("This is longer than a code. Paste only the 25 characters of the code."),
        },
    )

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
