"""What the devices write to people; the words are in templates/devices/mail/."""

from portal.outbox.letters import send_letter


def mail_about_move(*, device, license) -> None:
    """Tell the owner that their device was connected with another account, so that its seat here is free."""
    send_letter(user=device.owner, template="devices/mail/moved", context={"device": device, "license": license})
