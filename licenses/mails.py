"""What the licenses write to people; the words are in templates/licenses/mail/."""

from django.contrib.auth import get_user_model

from portal.foundation.mail.letters import send_letter


def mail_receipt(*, license, term) -> None:
    """Tell a customer what the code that was just added brought, and how it gets on a device."""
    send_letter(user=license.owner, template="licenses/mail/receipt", context={"license": license, "term": term})


def mail_about_wrong_codes(*, user) -> None:
    """Tell the owner of an account that somebody goes on trying codes that don't work."""
    send_letter(user=user, template="licenses/mail/wrong_codes", context={})


def mail_about_claim(*, claim, license) -> None:
    """Ask the holder of a license whether the person who claims the code is its buyer."""
    send_letter(user=license.owner, template="licenses/mail/claim", context={"claim": claim, "license": license})


def mail_about_release(*, claim, license) -> None:
    """Tell the claimant that the license is now theirs."""
    send_letter(user=claim.claimant, template="licenses/mail/released", context={"claim": claim, "license": license})


def mail_about_order(*, order, license) -> None:
    """Tell a customer that what a store sold them is in their account."""
    send_letter(user=license.owner, template="licenses/mail/order_ready", context={"order": order, "license": license})


def mail_about_waiting_order(*, order) -> None:
    """Tell a person without account how to get at what a store sold them."""
    reader = get_user_model()(email=order.email, language=order.language)
    send_letter(user=reader, template="licenses/mail/order_waiting", context={"order": order})
