"""Whoever registers an address first does not own it: its owner chooses the password before anything opens."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now

from licenses import services
from licenses.models import License, WaitingCode
from portal.accounts.models import User
from portal.accounts.services import claim_account, close_unused
from portal.foundation.oauth.models import SignIn
from tests.factories import LicenseFactory, PlanFactory, SignInFactory, UserFactory, fresh_code

pytestmark = pytest.mark.django_db
OWNER, ATTACKER = "Owner-Pass-27", "Attacker-Pass-27"
EMAIL = "owner@example.com"
AGAIN = reverse("accounts:send_again")


@pytest.fixture
def attacker(register):
    """The browser of somebody who registered the address before its owner came."""
    browser = Client()
    register(EMAIL, ATTACKER, browser)
    return browser


def is_verified() -> bool:
    return EmailAddress.objects.filter(email=EMAIL, verified=True).exists()


def pass_by(**time):
    User.objects.update(date_joined=timezone.now() - timedelta(**time))
    cache.clear()


def open_with(link, password, browser=None):
    return (browser or Client()).post(link, {"password": password})


def assert_owners_alone(sign_in, attacker, link):
    """The owner's password opens the account; the attacker's and their browser do not."""
    assert is_verified()
    assert sign_in(EMAIL, OWNER)["Location"] == reverse("licenses:index")
    assert "don’t match" in sign_in(EMAIL, ATTACKER).content.decode()
    for address in (link, reverse("account_email_verification_sent")):
        attacker.get(address)
        attacker.post(address)
    assert attacker.get(reverse("licenses:index")).status_code == 302


def test_owner_who_registers_at_once_owns_it(attacker, register, sign_in, newest_link):
    owner = Client()
    register(EMAIL, OWNER, owner)
    link = newest_link()
    assert "Choose your password" in owner.get(link).content.decode()
    assert open_with(link, OWNER, owner)["Location"] == reverse("licenses:index")
    assert_owners_alone(sign_in, attacker, link)


def test_owner_who_only_presses_the_button_is_asked_first(attacker, sign_in, newest_link):
    link, owner = newest_link(), Client()
    assert "Choose your password" in owner.post(link).content.decode()
    assert not is_verified()
    open_with(link, OWNER, owner)
    assert_owners_alone(sign_in, attacker, link)


def test_owner_owns_it_although_no_mail_was_left(attacker, register, sign_in, newest_link):
    for _number in range(5):
        pass_by(minutes=2)
        attacker.post(AGAIN)
    for _number in range(6):
        attacker.post(AGAIN)
    User.objects.update(date_joined=timezone.now() - timedelta(minutes=30))
    sent, owner = len(mail.outbox), Client()
    register(EMAIL, OWNER, owner)
    assert len(mail.outbox) == sent
    link = newest_link()
    open_with(link, OWNER, owner)
    assert_owners_alone(sign_in, attacker, link)


def test_owner_who_registers_six_minutes_later_goes_straight_in(attacker, register, sign_in, newest_link):
    pass_by(minutes=6)
    owner = Client()
    register(EMAIL, OWNER, owner)
    link = newest_link()
    assert owner.post(link)["Location"] == reverse("licenses:index")
    assert_owners_alone(sign_in, attacker, link)


def test_attacker_who_registers_after_the_owner_gains_nothing(register, sign_in, newest_link):
    owner, attacker = Client(), Client()
    register(EMAIL, OWNER, owner)
    pass_by(minutes=6)
    register(EMAIL, ATTACKER, attacker)
    link = newest_link()
    assert "Choose your password" in owner.post(link).content.decode()
    open_with(link, OWNER, owner)
    assert_owners_alone(sign_in, attacker, link)


def test_order_is_delivered_only_then(attacker, newest_link, store):
    link = newest_link()
    services.place_order(client_id=store.pk, number="A-1", plan=PlanFactory().slug, email=EMAIL, at=now())
    Client().post(link)
    assert not License.objects.exists()
    open_with(link, OWNER)
    assert License.objects.get().owner.email == EMAIL


def test_sign_ins_on_devices_end(attacker, newest_link):
    sign_in = SignInFactory(user=User.objects.get())
    open_with(newest_link(), OWNER)
    sign_in.refresh_from_db()
    assert sign_in.end == SignIn.End.PASSWORD_CHANGED


def test_password_of_the_registration_is_as_good_as_a_new_one(register, newest_link):
    register(EMAIL, OWNER)
    phone = Client()
    answer = phone.post(newest_link(), {"password": OWNER, "time_zone": "Europe/Berlin"}, follow=True)
    assert "Your email address is verified." in answer.content.decode()
    user = User.objects.get()
    assert user.check_password(OWNER)
    assert user.time_zone == "Europe/Berlin"


def test_password_has_to_keep_the_rules(attacker, newest_link):
    for password in ("short", "Password1", ""):
        assert open_with(newest_link(), password).context["form"].errors["password"]
    assert not is_verified()


def test_looking_changes_nothing(attacker, newest_link):
    page = Client().get(newest_link()).content.decode()
    assert "You did not register?" in page
    assert not is_verified()
    assert User.objects.get().check_password(ATTACKER)


def test_code_that_waits_is_named_by_its_last_group_and_kept(register, newest_link):
    computer, code = Client(), fresh_code()
    computer.post(reverse("licenses:add"), {"code": code})
    register(EMAIL, OWNER, computer)
    page = Client().get(newest_link()).content.decode()
    assert f"It ends in {code[-5:]}." in page
    assert code[-11:] not in page
    open_with(newest_link(), "Another-Pass-27")
    assert services.add_waiting_code(user=User.objects.get(), at=now())


def test_somebody_else_who_is_signed_in_here_is_signed_out(attacker, client_of, customer, newest_link):
    browser = client_of(customer)
    open_with(newest_link(), OWNER, browser)
    assert browser.get(reverse("licenses:index")).context["user"].email == EMAIL


def test_link_that_was_overtaken_is_told(attacker):
    address = EmailAddress.objects.get()
    assert claim_account(address=address, password_hash="first", at=timezone.now())
    EmailAddress.objects.update(verified=True)
    assert claim_account(address=address, password_hash="second", at=timezone.now()) is None
    assert User.objects.get().password == "first"


def test_closed_account_stays_closed(attacker, newest_link):
    User.objects.update(is_active=False)
    assert open_with(newest_link(), OWNER)["Location"] == reverse("account_inactive")
    assert not is_verified()


def test_same_browser_may_correct_its_password_at_any_time(register, newest_link):
    browser = Client()
    register(EMAIL, "Mistyped-Pass-27", browser)
    link = newest_link()
    register(EMAIL, OWNER, browser)
    assert browser.post(link)["Location"] == reverse("licenses:index")
    assert User.objects.get().check_password(OWNER)


class TestClosing:
    def close(self, link, browser=None):
        return (browser or Client()).post(f"{link}close/", follow=True)

    def test_owner_who_never_registered_is_asked_and_closes_it(self, attacker, newest_link):
        services.keep_code(user=User.objects.get(), text=fresh_code(), at=now())
        assert "perhaps by a typing mistake" in Client().get(f"{newest_link()}close/").content.decode()
        assert User.objects.exists()
        assert "Nothing of it was used." in self.close(newest_link()).content.decode()
        assert not User.objects.exists()
        assert not WaitingCode.objects.exists()
        assert Client().get(newest_link()).status_code == 410

    def test_account_in_use_is_never_closed(self, attacker, newest_link):
        link = newest_link()
        open_with(link, OWNER)
        assert "used already" in self.close(link).content.decode()
        assert User.objects.exists()

    @pytest.mark.parametrize("facts", [{"is_staff": True}, {"last_login": timezone.now()}, {"verified": True}])
    def test_nor_one_that_is_somebodys(self, facts):
        user = UserFactory(**{"verified": False, **facts})
        assert not close_unused(address=user.emailaddress_set.get())
        assert User.objects.exists()

    def test_nor_one_with_a_license(self):
        user = LicenseFactory(owner__verified=False).owner
        assert not close_unused(address=user.emailaddress_set.get())
