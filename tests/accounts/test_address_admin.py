"""Addresses in the admin: shown, mailed again, marked as verified for a reason; never written."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import now

from licenses.models import Event, License
from licenses.services import place_order
from portal.accounts.services import mark_verified
from portal.accounts.verbs import Verb
from tests.factories import PlanFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "admin:account_emailaddress_changelist"


@pytest.fixture
def helper():
    """A member of staff who may work with addresses and nothing else."""
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="account"))
    return user


@pytest.fixture
def address(register):
    """The address of somebody who registered and never found the mail."""
    register("late@example.com")
    return EmailAddress.objects.get(email="late@example.com")


def press(browser, action, address, **more):
    """Press an action of the list, and return what the page says."""
    answer = browser.post(reverse(LIST), {"action": action, "_selected_action": address.pk, **more})
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_verification_mail_is_sent_again_but_not_at_once(client_of, helper, address, mailoutbox):
    mailoutbox.clear()
    assert "got a mail a moment ago" in press(client_of(helper), "send_again", address)[0]
    cache.clear()
    assert press(client_of(helper), "send_again", address) == ["A mail goes to late@example.com."]
    assert [mail.to for mail in mailoutbox] == [["late@example.com"]]


def test_address_is_marked_for_a_reason_that_stays_on_record(client_of, helper, address):
    browser = client_of(helper)
    assert press(browser, "mark_as_verified", address) == []
    assert not EmailAddress.objects.get(pk=address.pk).verified
    press(browser, "mark_as_verified", address, reason="Showed the invoice")
    assert EmailAddress.objects.get(pk=address.pk).verified
    event = Event.objects.get(verb=Verb.ADDRESS_VERIFIED)
    assert (event.actor, event.customer) == (helper, address.user)
    assert event.sentence == "Email address late@example.com marked as verified: Showed the invoice"


def test_what_was_bought_for_it_arrives_once(helper, address, store):
    place_order(client_id=store.pk, number="A-1", plan=PlanFactory().slug, email=address.email, at=now())
    for _time in range(2):
        mark_verified(address=address, reason="Showed the invoice", actor=helper, at=now())
    assert License.objects.get().owner == address.user
    assert Event.objects.filter(verb=Verb.ADDRESS_VERIFIED).count() == 1


@pytest.mark.parametrize("rights", [{"is_staff": True}, {"is_superuser": True}])
def test_address_of_staff_is_proved_by_a_mail_only(client_of, staff, address, rights):
    type(address.user).objects.filter(pk=address.user.pk).update(**rights)
    for action, more in (("mark_as_verified", {"reason": "Trust me"}), ("send_again", {})):
        assert "Addresses of staff" in press(client_of(staff), action, address, **more)[0]
    assert not EmailAddress.objects.get(pk=address.pk).verified


def test_address_of_staff_is_verified_on_nobodys_word(staff):
    with pytest.raises(ValidationError) as refusal:
        mark_verified(address=EmailAddress(user=staff, email=staff.email), reason="Said so", actor=staff, at=now())
    assert refusal.value.code == "staff_address"


def test_address_that_waits_to_replace_another_is_proved_by_a_mail_only(staff, customer):
    waiting = EmailAddress.objects.create(user=customer, email="new@example.com")
    with pytest.raises(ValidationError) as refusal:
        mark_verified(address=waiting, reason="Said so", actor=staff, at=now())
    assert refusal.value.code == "not_of_sign_in"


def test_list_takes_the_same_queries_for_many_addresses(client_of, staff, django_assert_max_num_queries):
    UserFactory.create_batch(30)
    browser = client_of(staff)
    with django_assert_max_num_queries(8):
        assert browser.get(reverse(LIST), {"q": "example.com"}).status_code == 200
