"""What the devices write to people; the words are in templates/devices/mail/."""

from portal.foundation.mail.letters import send_letter


def mail_about_move(*, device, licenses: list, trials: list) -> None:
    """Tell the owner that their device was connected with another account, so that its seats here are free."""
    context = {"device": device, "products": names_of(licenses), "trials": names_of(trials)}
    send_letter(user=device.owner, template="devices/mail/moved", context=context)


def mail_about_copy(*, device, product) -> None:
    """Tell the owner that two machines say that they are this device, and what to do."""
    send_letter(user=device.owner, template="devices/mail/copied", context={"device": device, "product": product})


def names_of(licenses: list) -> list[str]:
    return [license.product.name for license in licenses]
