"""Which keys sign ID tokens; the library that makes the tokens knows RSA only."""

from django.utils.translation import gettext_lazy as _

from portal.foundation.crypto.purposes import Purpose

PURPOSE = Purpose("oidc", _("ID tokens"), "RS256")
