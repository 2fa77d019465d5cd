"""The client's rule for passwords, and Django's own validators in words that say what to do."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class DigitUpperLowerValidator:
    """A password holds a digit, an upper-case and a lower-case letter, of whatever script."""

    rules: tuple[tuple[str, Callable[[str], bool], Any], ...] = (
        ("password_no_digit", str.isdecimal, _("The password needs a digit.")),
        ("password_no_upper", str.isupper, _("The password needs an upper-case letter.")),
        ("password_no_lower", str.islower, _("The password needs a lower-case letter.")),
    )

    def validate(self, password: str, user=None) -> None:
        """Raise one error for each rule that the password breaks, so that all are told at once."""
        broken = [
            ValidationError(message, code=code)
            for code, fits, message in self.rules
            if not any(fits(symbol) for symbol in password)
        ]
        if broken:
            raise ValidationError(broken)

    def get_help_text(self) -> str:
        return gettext("Your password needs a digit, an upper-case and a lower-case letter.")


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return gettext("This password is easy to guess. Add a word or two that nobody expects.")


class SimilarPasswordValidator(password_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return gettext(
            "This password is too much like your %(verbose_name)s. Choose one that has nothing to do with you."
        )
