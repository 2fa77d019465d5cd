"""What people are refused about downloads; the admin's form refuses files by itself."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.foundation.refusals import SlowDown


class LinkMailedAlready(SlowDown):
    sentence = _("We have sent you this link already. You can ask for it again %(wait)s, at %(time)s.")

    reader: Any
