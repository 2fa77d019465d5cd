"""Why a code is not added, or not handed over: one cause and one next step. The numbers are those of the cases."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from portal.foundation.refusals import NextStep, Problem, Refusal, SlowDown

if TYPE_CHECKING:
    from licenses.models import ActivationCode, License, Product
    from licenses.models import Region as RegionOfPlan

NUMBER_OF_NAMED_SYMBOLS = 5
SHOP = NextStep(_("Go to the shop"), of="shop")


class Mistyped(Refusal):
    """After these it helps to look again where the code stands."""


class Incomplete(Mistyped):  # case 1
    code = "incomplete"
    sentence = ngettext_lazy(
        "This code has %(count)d character; a full code has %(full)d. Compare it with the original.",
        "This code has %(count)d characters; a full code has %(full)d. Compare it with the original.",
        "count",
    )

    count: int
    full: int


class BadSymbol(Mistyped):  # case 2
    code = "bad_symbol"
    sentence = ngettext_lazy(
        "No code has the character %(symbols)s. Compare it with the original.",
        "No code has the characters %(symbols)s. Compare them with the original.",
        "count",
    )

    symbols: list[str]

    def words(self) -> dict[str, Any]:
        return {"symbols": " ".join(self.symbols[:NUMBER_OF_NAMED_SYMBOLS]), "count": len(self.symbols)}


class Typo(Mistyped):  # case 3
    code = "typo"
    sentence = ngettext_lazy(
        "There is a typing mistake in group %(groups)s. Compare it with the original.",
        "There are typing mistakes in groups %(groups)s. Compare them with the original.",
        "count",
    )

    groups: list[int]

    def words(self) -> dict[str, Any]:
        return {"groups": ", ".join(map(str, self.groups)), "count": len(self.groups)}


class NotACode(Mistyped):  # case 4
    code = "not_a_code"
    sentence = _(
        "This looks like a license, support or order number. The activation code has 25 letters and digits. "
        "It is in the order email under “Activation code”, or on the card in the box."
    )


class Several(Mistyped):
    code = "several"
    sentence = _("There is more than one code in this text. Leave only the one that you want to add.")


class TooLong(Mistyped):
    code = "max_length"
    sentence = _("This is longer than a code. Paste only the 25 characters of the code.")


class Unknown(Mistyped):  # case 5
    code = "unknown"
    sentence = _("We don’t know this code. Compare it with the order email or the card, or ask support.")
    asks_support = True
    counted = True


class YoursAlready(Refusal):  # case 6
    code = "yours_already"
    sentence = _("You have added this code already, for %(product)s.")
    next_step = NextStep(_("Open the license"), "licenses:detail", of="license")

    license: "License"

    def words(self) -> dict[str, Any]:
        return {"product": self.license.product.name}


class Taken(Refusal):  # case 7
    code = "taken"
    sentence = _(
        "This code belongs to another account. Sign in there if it is yours. If you have just bought it, "
        "choose “I am the buyer”, or tell support the case number %(case)s and the last group, %(hint)s."
    )
    next_step = NextStep(_("I am the buyer"), "licenses:claim", sends_form=True)
    asks_support = True
    counted = True

    row: "ActivationCode"

    def words(self) -> dict[str, Any]:
        return {"case": self.row.case_number, "hint": self.row.hint}


class Region(Refusal):  # case 8
    code = "region"
    sentence = _("This code is meant for %(region)s, and your account for %(yours)s. Please contact support.")
    asks_support = True
    problem = Problem(409, _("The plan is for another region"), _("The account belongs to another region."))

    region: "RegionOfPlan"
    yours: "RegionOfPlan"


class TooLate(Refusal):  # case 9
    code = "too_late"
    sentence = _("This code could be added until %(date)s. Please ask support or the seller for a new one.")
    asks_support = True

    date: datetime
    reader: Any


class TermOver(Refusal):  # case 10
    code = "term_over"
    sentence = _("The time of this code ended on %(date)s. To stay protected, renew or buy a new code.")
    next_step = SHOP

    date: datetime
    shop: str
    reader: Any


class NotYet(Refusal):  # case 12
    code = "not_yet"
    sentence = _("This code starts on %(date)s. Keep it and add it then.")

    date: datetime
    reader: Any


class Revoked(Refusal):  # case 13
    code = "revoked"
    sentence = _("This code was withdrawn. %(reason)s Please contact support with the case number %(case)s.")
    asks_support = True

    row: "ActivationCode"

    def words(self) -> dict[str, Any]:
        return {"reason": self.row.get_revoked_reason_display(), "case": self.row.case_number}


class Suspended(Refusal):  # case 14
    code = "suspended"
    sentence = _(
        "This code is on hold. The seller can release it; support tells you more with the case number %(case)s."
    )
    asks_support = True

    row: "ActivationCode"

    def words(self) -> dict[str, Any]:
        return {"case": self.row.case_number}


class NothingToRenew(Refusal):  # case 19
    code = "nothing_to_renew"
    sentence = _("This code renews %(product)s, which your account does not have. Add your first code, then this one.")

    product: "Product"


class TrialUsed(Refusal):  # case 21
    code = "trial_used"
    sentence = _("You tried this product already, from %(date)s. To go on, buy a license.")
    next_step = SHOP

    date: datetime
    shop: str
    reader: Any


class TrialPointless(Refusal):  # case 22
    code = "trial_pointless"
    sentence = _("You have a license for this product, so a trial would change nothing. The code was not used.")


class AccountFull(Refusal):  # case 27
    code = "account_full"
    sentence = _("Your account holds %(count)d licenses, the most it can. Archive expired ones first.")
    next_step = NextStep(_("Open an expired license and choose “Archive”."))

    count: int


class TooManyCodes(SlowDown):  # case 29
    sentence = _("Too many codes didn’t work. You can try again %(wait)s, at %(time)s. Nothing was used.")

    reader: Any


class TooManyVisitors(SlowDown):
    """Nobody is signed in: the page says the time of day where the portal is."""

    sentence = _(
        "Many codes were typed in your network. You can go on %(wait)s, at %(time)s. "
        "Or sign in first, and add the code then."
    )


class NotUsed(Refusal):  # case 32
    code = "not_used"
    sentence = _("Something went wrong on our side. Your code was not used; try again.")


class ClaimOver(Refusal):
    code = "claim_over"
    sentence = _("This request is no longer open.")


class NotWhole(Refusal):
    code = "not_whole"
    sentence = _("Other codes extended this license, so it cannot be handed over as a whole. Please contact support.")


# Refusals that end the waiting of a code: this account can never add it.
FINAL = (YoursAlready, Taken, Revoked, TooLate, TermOver, TrialUsed)
