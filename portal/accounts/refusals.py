"""What staff are refused about accounts; what a person types is judged by forms and validators."""

from django.utils.translation import gettext_lazy as _

from portal.foundation.refusals import Refusal


class StaffAddress(Refusal):
    code = "staff_address"
    sentence = _("Addresses of staff are proved by a mail, never by somebody’s word.")


class NotOfSignIn(Refusal):
    code = "not_of_sign_in"
    sentence = _("This address waits to replace another one. Only a mail to it can prove it.")
