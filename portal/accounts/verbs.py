"""What the history says of accounts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Verb(TextChoices):
    PASSWORD_SET = "password_set", _("Password set by staff")
    ADDRESS_VERIFIED = "address_verified", _("Email address %(email)s marked as verified: %(reason)s")
