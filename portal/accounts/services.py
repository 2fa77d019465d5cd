"""The rules that write accounts."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, ProtectedError, QuerySet
from django.utils.crypto import constant_time_compare

from licenses.services import deliver_waiting_orders, record_event
from portal.accounts.refusals import NotOfSignIn, StaffAddress
from portal.accounts.verbs import Verb
from portal.foundation.mail.letters import send_letter
from portal.foundation.oauth.models import SignIn
from portal.foundation.oauth.services import end_sign_ins
from portal.foundation.queue.batches import in_batches

from .models import User

# A registration this fresh is not started over: its mail is still on the way, and a button was pressed twice.
FRESH = timedelta(minutes=5)
# The link in its mail works for a day; who has not verified an address by then, and does not come back, never will.
UNVERIFIED_KEPT_FOR = timedelta(days=7)


def register_account(
    *,
    email: str,
    password_hash: str,
    at: datetime,
    language: str = "",
    time_zone: str = "",
    mail_follows: bool = True,
    known_by: str = "",
) -> User | None:
    """Create an account that waits for its address to be verified; None when the address has an account.

    An account that nobody ever verified is started over: by the browser that registered it (`known_by` is what its
    session knows of the password) at any time, by any other one if a new mail can follow. Safe when the same address
    comes many times at once: the database decides who is first. It takes a hash, which is slow to make, so that known
    and new addresses cost the same here: next to nothing.
    """
    chosen = {"language": language, "time_zone": time_zone}
    user = User(email=email.lower(), password=password_hash, date_joined=at, **chosen)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            EmailAddress.objects.create(user=user, email=user.email, primary=True)
    except IntegrityError:
        return start_over(newest=user, mail_follows=mail_follows, known_by=known_by)
    return user


def never_verified() -> QuerySet[User]:
    """Accounts of customers who registered and never opened the mail: nothing of them was ever used."""
    return User.objects.filter(
        Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=False)),
        ~Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)),
        is_active=True,
        is_staff=False,
        last_login=None,
    )


def lock_never_verified(**account) -> User | None:
    """Lock such an account and look again: until then it may have been verified."""
    user = never_verified().select_for_update(no_key=True).filter(**account).first()
    addresses = EmailAddress.objects.select_for_update().filter(user=user)
    return None if user is None or any(address.verified for address in addresses) else user


@transaction.atomic
def start_over(*, newest: User, mail_follows: bool, known_by: str) -> User | None:
    """Replace a registration that was never verified by the newest one; None when there is none to replace.

    From another browser, the address gets a new row: its number is in the link of the mail, so links of older mails
    die. From the same browser they live on, because whoever corrects a password has the mail already.
    """
    user = lock_never_verified(email=newest.email)
    if user is None:
        return None
    if not constant_time_compare(known_by, user.get_session_auth_hash()):
        if not mail_follows or user.date_joined > newest.date_joined - FRESH:
            return None
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=user.email, primary=True)
    user.password, user.language, user.time_zone = newest.password, newest.language, newest.time_zone
    user.date_joined = newest.date_joined
    user.save(update_fields=["password", "language", "time_zone", "date_joined"])
    return user


@transaction.atomic
def mark_verified(*, address: EmailAddress, reason: str, actor: User, at: datetime) -> None:
    """Count the address that a customer signs in with as theirs, on the word of staff; what waited for it arrives.

    Raises `staff_address` for one of staff, `not_of_sign_in` for one that waits to replace another. Twice is once.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=address.user_id)
    refuse_staff(user)
    if address.email != user.email:
        raise NotOfSignIn()
    if not EmailAddress.objects.filter(pk=address.pk, verified=False).update(verified=True):
        return
    details = {"email": address.email, "reason": reason}
    record_event(Verb.ADDRESS_VERIFIED, actor=actor, customer=user, details=details, at=at)
    deliver_waiting_orders(user=user, at=at)


@transaction.atomic
def tell_password_set(*, user: User, actor: User, at: datetime) -> None:
    """After staff set somebody's password: whoever signed in with the old one is out, and the person hears of it."""
    end_sign_ins(sign_ins=user.sign_ins.all(), end=SignIn.End.PASSWORD_CHANGED, actor=actor, at=at)
    record_event(Verb.PASSWORD_SET, actor=actor, customer=user, at=at)
    send_letter(user=user, template="accounts/mail/password_set", context={"at": at})


def refuse_staff(user: User) -> None:
    """Refuse to touch how staff sign in: whoever may do that could become one of them."""
    if user.is_staff or user.is_superuser:
        raise StaffAddress()


@transaction.atomic
def claim_account(
    *, address: EmailAddress, password_hash: str, language: str = "", time_zone: str = "", at: datetime
) -> EmailAddress | None:
    """Give an account that was never verified to whoever holds the link in its mail, with the password of their choice.

    Nothing of the first registrant opens it any more: neither password nor browser nor device. What waits (a code, an
    order) stays. Returns the address, now to be verified; None when the link was overtaken meanwhile.
    """
    user = User.objects.select_for_update(no_key=True).filter(pk=address.user_id).first()
    addresses = list(EmailAddress.objects.select_for_update().filter(user=user)) if user else []
    mine = next((each for each in addresses if each.pk == address.pk), None)
    if user is None or mine is None or any(each.verified for each in addresses):
        return None
    user.password, user.language = password_hash, language or user.language
    user.time_zone = time_zone or user.time_zone
    user.save(update_fields=["password", "language", "time_zone"])
    end_sign_ins(sign_ins=user.sign_ins.all(), end=SignIn.End.PASSWORD_CHANGED, actor=user, at=at)
    mine.user = user
    return mine


def close_unused(*, address: EmailAddress) -> bool:
    """Delete an account that was never verified, for the owner of its address, who never registered."""
    return delete_never_verified(address.user_id)


def prune_unverified(*, at: datetime) -> int:
    """Delete accounts that nobody verified in a week; return how many."""
    old = never_verified().filter(date_joined__lt=at - UNVERIFIED_KEPT_FOR)
    return sum(delete_never_verified(pk) for keys in in_batches(old) for pk in keys)


@transaction.atomic
def delete_never_verified(pk: int) -> bool:
    """Delete such an account; False when it was verified meanwhile, or something hangs on it that stays."""
    user = lock_never_verified(pk=pk)
    if user is None:
        return False
    try:
        user.delete()
    except ProtectedError:  # staff gave it a license, or wrote something down about it
        return False
    return True
