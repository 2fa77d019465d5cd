"""What the downloads write to people; the words are in templates/downloads/mail/."""

from datetime import datetime

from portal.foundation.mail.letters import send_letter


def mail_link(*, license, address: str, expires_at: datetime) -> None:
    """Bring the address of a link to the device on which its owner reads this mail."""
    context = {"license": license, "address": address, "expires_at": expires_at}
    send_letter(user=license.owner, template="downloads/mail/link", context=context)
