"""The rules that write accounts."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from licenses.models import Event
from licenses.services import deliver_waiting_orders, record_event

from .models import User

# A registration this fresh is not started over: its mail is still on the way, and a button was pressed twice.
FRESH = timedelta(minutes=5)


def register_account(
    *, email: str, password_hash: str, language: str = "", time_zone: str = "", mail_follows: bool = True
) -> User | None:
    """Create an account that waits for its address to be verified; None when the address has an account.

    An account that nobody ever verified is started over (if a new mail can follow): whoever registers last, and then
    opens the newest mail, owns it. Safe when the same address comes many times at once: the database decides who is
    first. It takes a hash, which is slow to make, so that known and new addresses cost the same here: next to nothing.
    """
    user = User(email=email.lower(), password=password_hash, language=language, time_zone=time_zone)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            EmailAddress.objects.create(user=user, email=user.email, primary=True)
    except IntegrityError:
        return start_over(newest=user) if mail_follows else None
    return user


@transaction.atomic
def start_over(*, newest: User) -> User | None:
    """Replace a registration that was never verified by the newest one; None when there is none to replace.

    The address gets a new row: its number is in the link of the mail, so links of older mails die.
    """
    now = timezone.now()
    user = (
        User.objects.select_for_update(no_key=True)
        .filter(email=newest.email, is_active=True, is_staff=False, last_login=None, date_joined__lt=now - FRESH)
        .first()
    )
    addresses = list(EmailAddress.objects.select_for_update().filter(user=user)) if user else []
    if user is None or not addresses or any(address.verified for address in addresses):
        return None
    EmailAddress.objects.filter(pk__in=[address.pk for address in addresses]).delete()
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
    user.password, user.language, user.time_zone = newest.password, newest.language, newest.time_zone
    user.date_joined = now
    user.save(update_fields=["password", "language", "time_zone", "date_joined"])
    return user


@transaction.atomic
def mark_verified(*, address: EmailAddress, reason: str, actor: User) -> None:
    """Count the address that a customer signs in with as theirs, on the word of staff; what waited for it arrives.

    Raises `staff_address` for one of staff, `not_of_sign_in` for one that waits to replace another. Twice is once.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=address.user_id)
    refuse_staff(user)
    if address.email != user.email:
        raise ValidationError(
            _("This address waits to replace another one. Only a mail to it can prove it."), code="not_of_sign_in"
        )
    if not EmailAddress.objects.filter(pk=address.pk, verified=False).update(verified=True):
        return
    details = {"email": address.email, "reason": reason}
    record_event(Event.Verb.ADDRESS_VERIFIED, actor=actor, customer=user, details=details)
    deliver_waiting_orders(user=user)


def refuse_staff(user: User) -> None:
    """Refuse to touch how staff sign in: whoever may do that could become one of them."""
    if user.is_staff or user.is_superuser:
        raise ValidationError(
            _("Addresses of staff are proved by a mail, never by somebody’s word."), code="staff_address"
        )
