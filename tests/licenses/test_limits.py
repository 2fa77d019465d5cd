"""The limits of the code form: who guesses has to wait, longer each time; who mistypes does not."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.timezone import now

from licenses import services, spelling
from licenses.models import CodeAttempt
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
LIMITS = settings.CODE_LIMITS


def guess(user, address=None, text=None) -> ValidationError:
    with pytest.raises(ValidationError) as refusal:
        services.submit_code(user=user, text=text or spelling.new_code(), address=address, at=now())
    return refusal.value


def guess_until_pause(user):
    for _try in range(LIMITS["counted_per_account"]):
        assert guess(user).code == "unknown"
    assert guess(user).code == "slow_down"


def let_time_pass(minutes):
    for attempt in CodeAttempt.objects.all():
        attempt.made_at -= minutes * MINUTE
        if attempt.pause_until:
            attempt.pause_until -= minutes * MINUTE
        attempt.save()


def pause_in_minutes(user) -> int:
    until = max(CodeAttempt.objects.filter(user=user, pause_until__isnull=False).values_list("pause_until", flat=True))
    return round((until - timezone.now()) / MINUTE)


def test_typing_mistakes_are_not_counted(customer):
    for _try in range(LIMITS["counted_per_account"] + 3):
        assert guess(customer, text="ABCDE").code == "incomplete"


def test_fifth_guess_begins_a_pause(customer):
    guess_until_pause(customer)
    assert pause_in_minutes(customer) == 15


def test_old_guesses_are_forgotten(customer):
    for _try in range(LIMITS["counted_per_account"] - 1):
        guess(customer)
    let_time_pass(16)
    assert guess(customer).code == "unknown"
    assert guess(customer).code == "unknown"


def test_each_pause_is_longer_and_the_third_tells_the_owner(customer, mailoutbox):
    for minutes in (15, 30):
        guess_until_pause(customer)
        assert pause_in_minutes(customer) == minutes
        let_time_pass(minutes + 1)
    assert mailoutbox == []
    guess_until_pause(customer)
    assert pause_in_minutes(customer) == 60
    assert [mail.to for mail in mailoutbox] == [[customer.email]]


def test_one_account_does_not_slow_another(customer, other_customer):
    guess_until_pause(customer)
    assert guess(other_customer).code == "unknown"


def test_one_address_cannot_guess_with_many_accounts():
    address = "192.0.2.7"
    users = UserFactory.create_batch(LIMITS["counted_per_address"] // 4 + 1)
    for user in users[:-1]:
        for _try in range(4):
            assert guess(user, address).code == "unknown"
    assert guess(users[-1], address).code == "slow_down"
    assert guess(users[-1], "192.0.2.8").code == "unknown"


def test_household_has_one_address_however_many_it_has_of_ipv6(settings):
    settings.CODE_LIMITS = {**LIMITS, "counted_per_address": 2}
    answers = [guess(UserFactory(), f"2001:db8::{number}").code for number in range(3)]
    assert answers == ["unknown", "unknown", "slow_down"]


def test_mistakes_that_are_not_counted_have_a_limit_too(customer):
    for _try in range(LIMITS["any_per_account"]):
        guess(customer, text="ABCDE")
    assert guess(customer, text="ABCDE").code == "slow_down"
    let_time_pass(61)
    assert guess(customer, text="ABCDE").code == "incomplete"


def test_one_address_has_a_limit_of_mistakes(customer):
    CodeAttempt.objects.bulk_create(
        CodeAttempt(user=customer, address="192.0.2.7", refusal="typo", made_at=now() - 30 * MINUTE)
        for _try in range(LIMITS["any_per_address"])
    )
    assert guess(UserFactory(), "192.0.2.7").code == "slow_down"
