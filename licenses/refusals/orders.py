"""Why an order of a store is not taken or not changed."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from portal.foundation.refusals import Problem, Refusal

from .codes import Region

if TYPE_CHECKING:
    from licenses.models import Plan


class UnknownPlan(Refusal):
    code = "unknown_plan"
    sentence = _("There is no plan %(plan)s.")
    problem = Problem(422, _("There is no such plan"), _("Name a plan by its short name."))

    plan: str


class BadEmail(Refusal):
    code = "bad_email"
    sentence = _("This is no email address.")
    problem = Problem(422, _("The email address is wrong"))


class BadCount(Refusal):
    code = "bad_count"
    sentence = _("Order 1 to %(most)d codes, without an email address.")
    problem = Problem(422, _("That many codes can’t be ordered"), _("Order 1 to 10,000 codes, or give an address."))

    most: int | None = None  # None: no limit


class BadBoughtAt(Refusal):
    code = "bad_bought_at"
    sentence = _("“bought_at” must lie in the last %(days)d days.")
    problem = Problem(422, _("The purchase lies at an odd time"), _("“bought_at” must lie in the last 30 days."))

    days: int


class OfPlan(Refusal):
    plan: "Plan"

    def words(self) -> dict[str, Any]:
        return {"plan": self.plan.name}


class PlanWithdrawn(OfPlan):
    code = "plan_withdrawn"
    sentence = _("%(plan)s is not sold any more. Choose another plan.")
    problem = Problem(422, _("The plan is not sold any more"), _("Order another plan."))


class PlanIsTrial(OfPlan):
    code = "plan_is_trial"
    sentence = _("%(plan)s is a trial, which can be ordered as codes only.")
    problem = Problem(422, _("A trial is ordered as codes"), _("People add a trial themselves, once a product."))


class OtherProduct(OfPlan):
    code = "other_product"
    sentence = _("%(plan)s is of another product. Place a new order for it.")
    problem = Problem(422, _("The plan is of another product"), _("Place a new order for it."))


class PlanOfOtherRegion(Region):
    sentence = _("This plan is meant for %(region)s, and the account for %(yours)s.")
    asks_support = False


class OrderDiffers(Refusal):
    code = "order_differs"
    sentence = _("Your order %(number)s has another content. Use a new number for a new order.")
    problem = Problem(409, _("The number belongs to another order"), _("Use a new number for a new order."))

    number: str


class OrderRefunded(Refusal):
    code = "order_refunded"
    sentence = _("This order was refunded. Place a new order.")
    problem = Problem(409, _("The order was refunded"))


class OrderCancelled(Refusal):
    code = "order_cancelled"
    sentence = _("This order was canceled. Place a new order.")
    problem = Problem(409, _("The order was canceled"))


class UnknownCode(Refusal):
    code = "unknown_code"
    sentence = _(
        "This order has no such code. Name it by its text, its case number or, if it is the only one, its end."
    )
    problem = Problem(422, _("There is no such code"))


class NotRenewable(Refusal):
    code = "not_renewable"
    sentence = _("The license of this order is gone. Place a new order.")
    problem = Problem(409, _("The order can’t be renewed"), _("Place a new order."))


class CodesNotRenewable(NotRenewable):
    sentence = _("Codes are not renewed. Place a new order.")


class NothingToCancel(Refusal):
    code = "nothing_to_cancel"
    sentence = _("This order does not renew itself. To take it back, refund it.")
    problem = Problem(409, _("Nothing renews itself here"))


class NotWaiting(Refusal):
    code = "not_waiting"
    sentence = _("Only the address of an order that waits can be corrected.")
    problem = Problem(409, _("The order does not wait"))


class NothingToMail(Refusal):
    code = "nothing_to_mail"
    sentence = _("There is no mail about this order: it brought no license.")
    problem = Problem(409, _("No mail belongs to the order"))


class LicenseBlocked(Refusal):
    code = "license_blocked"
    sentence = _("This license is blocked. Please contact support.")
    problem = Problem(409, _("The license is blocked"))
