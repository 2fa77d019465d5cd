"""A code typed before there is an account: what can be said at once, and what ends its waiting."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now

from licenses import services, spelling
from licenses.models import License, WaitingCode
from tests.factories import CodeBatchFactory, PlanFactory, fresh_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def code():
    return fresh_code()


def test_visitor_goes_on_to_register(client, code):
    answer = client.post(reverse("licenses:add"), {"code": code})
    assert answer["Location"] == reverse("account_signup")


def test_code_is_nowhere_in_clear(client, customer, code):
    client.post(reverse("licenses:add"), {"code": code})
    stored = [str(session.get_decoded()) for session in Session.objects.all()]
    services.move_waiting_code(session=client.session, user=customer, at=now())
    stored += list(WaitingCode.objects.values_list("sealed", flat=True))
    assert all(text not in place for text in (code, code.replace("-", "")) for place in stored)


@pytest.mark.parametrize(("text", "words"), [("ABC", "a full code has 25"), ("4F2A-9C31-7D08", "support")])
def test_visitor_is_told_what_can_be_seen_without_looking_it_up(client, text, words):
    page = client.post(reverse("licenses:add"), {"code": text})
    assert words in page.content.decode()
    assert text in page.content.decode()


def mistyped(code: str, *groups: int) -> str:
    """The code with a slip at the end of each of these groups."""
    for group in groups:
        at = group * 6 - 2
        code = code[:at] + ("0" if code[at] == "1" else "1") + code[at + 1 :]
    return code


def test_visitor_is_told_which_group_is_wrong(client, code):
    page = client.post(reverse("licenses:add"), {"code": mistyped(code, 5)})
    assert "typing mistake in group 5" in page.content.decode()
    assert "waiting_code" not in client.session


def test_twenty_symbols_are_a_code_only_where_some_were_imported(client, code):
    legacy = spelling.display("23456789ABCDEFGHJKMN")
    page = client.post(reverse("licenses:add"), {"code": legacy})
    assert "a full code has 25" in page.content.decode()
    CodeBatchFactory(groups=4, has_checks=False)
    assert client.post(reverse("licenses:add"), {"code": legacy}).status_code == 302


def test_imported_code_without_check_symbols_is_kept(client_of, client, customer, code):
    imported = spelling.display("ABCDEFGHJKMNPQRSTVWXYZ234")
    services.import_codes(
        batch=CodeBatchFactory.build(plan=PlanFactory(), has_checks=False), texts=[imported], at=now()
    )
    assert client.post(reverse("licenses:add"), {"code": imported}).status_code == 302
    assert client.post(reverse("licenses:add"), {"code": mistyped(code, 2)}).status_code == 200
    services.move_waiting_code(session=client.session, user=customer, at=now())
    assert services.add_waiting_code(user=customer, at=now())


def test_waiting_code_is_offered_and_added_with_one_click(client_of, customer, code):
    services.keep_code(user=customer, text=code, at=now())
    browser = client_of(customer)
    assert "is waiting" in browser.get(reverse("licenses:index")).content.decode()
    page = browser.post(reverse("licenses:add_waiting"), follow=True)
    assert "License added" in page.content.decode()
    assert License.objects.get().owner == customer
    assert not WaitingCode.objects.exists()


def test_refused_waiting_code_goes_back_into_the_field(client_of, customer, code):
    unknown = spelling.display(spelling.new_code())
    services.keep_code(user=customer, text=unknown, at=now())
    page = client_of(customer).post(reverse("licenses:add_waiting"))
    assert f'value="{unknown}"' in page.content.decode()
    assert WaitingCode.objects.exists()


def test_page_with_a_waiting_code_has_one_main_button(client_of, customer, code):
    browser = client_of(customer)
    services.keep_code(user=customer, text=code, at=now())
    page = browser.get(reverse("licenses:index")).content.decode()
    assert page.count("btn--primary") == 1
    assert "Add the code that waits" in page


def test_waiting_code_can_be_taken_out(client_of, customer, code):
    services.keep_code(user=customer, text=code, at=now())
    page = client_of(customer).post(reverse("licenses:drop_waiting"), follow=True)
    assert "Your code was taken out. It was not used" in page.content.decode()
    assert not WaitingCode.objects.exists()


@pytest.mark.parametrize("slips", [[], [5], [1, 3]])
def test_what_was_added_by_hand_ends_the_waiting(client_of, customer, code, slips):
    services.keep_code(user=customer, text=mistyped(code, *slips), at=now())
    page = client_of(customer).post(reverse("licenses:add"), {"code": code}, follow=True)
    assert "License added" in page.content.decode()
    assert "is waiting" not in page.content.decode()
    assert not WaitingCode.objects.exists()


def test_codes_wait_one_behind_the_other(client_of, customer, code):
    services.keep_code(user=customer, text=code, at=now())
    newest = services.keep_code(user=customer, text=fresh_code(), at=now())
    browser = client_of(customer)
    page = browser.post(reverse("licenses:add_waiting"), {"waiting": newest.pk}, follow=True).content.decode()
    assert "License added" in page
    assert f"Your code ending in {code[-5:]} is waiting" in page
    assert page.count("btn--primary") == 1
    browser.post(reverse("licenses:drop_waiting"), {"waiting": services.waiting_code(user=customer).pk})
    assert not WaitingCode.objects.exists()


@pytest.mark.parametrize("press", ["licenses:add_waiting", "licenses:drop_waiting"])
def test_button_pressed_twice_touches_its_own_code_only(client_of, customer, code, press):
    services.keep_code(user=customer, text=code, at=now())
    newest = services.keep_code(user=customer, text=fresh_code(), at=now())
    for _press in range(2):
        client_of(customer).post(reverse(press), {"waiting": newest.pk})
    assert WaitingCode.objects.get().hint == code[-5:]


def test_code_kept_twice_waits_once(customer, code):
    for text in (code, code.lower(), code.replace("-", "")):
        services.keep_code(user=customer, text=text, at=now())
    assert WaitingCode.objects.get().user == customer


def test_strangers_waiting_code_is_out_of_reach(client_of, customer, other_customer, code):
    waiting = services.keep_code(user=other_customer, text=code, at=now())
    for press in ("licenses:add_waiting", "licenses:drop_waiting"):
        client_of(customer).post(reverse(press), {"waiting": waiting.pk})
    assert WaitingCode.objects.exists()
    assert not License.objects.exists()


def test_another_code_that_is_added_leaves_the_waiting_one(client_of, customer, code):
    services.keep_code(user=customer, text=code, at=now())
    client_of(customer).post(reverse("licenses:add"), {"code": fresh_code()})
    assert WaitingCode.objects.exists()


@pytest.mark.parametrize("by", ["customer", "other_customer"])
def test_waiting_ends_when_the_code_was_used_already(client_of, customer, code, by, request):
    services.keep_code(user=customer, text=code, at=now())
    services.redeem_code(user=request.getfixturevalue(by), text=code, at=now())
    page = client_of(customer).post(reverse("licenses:add_waiting"), follow=True).content.decode()
    assert ("You have added this code already" if by == "customer" else f'value="{code}"') in page
    assert not WaitingCode.objects.exists()


@pytest.mark.parametrize(("days", "waits"), [(-1, False), (1, True)])
def test_waiting_ends_when_it_is_too_late_and_not_when_it_is_too_early(client_of, customer, days, waits):
    moment = timezone.now() + timedelta(days=days)
    code = fresh_code(starts_at=moment) if waits else fresh_code(activate_before=moment)
    services.keep_code(user=customer, text=code, at=now())
    client_of(customer).post(reverse("licenses:add_waiting"))
    assert WaitingCode.objects.exists() == waits


def test_adding_when_nothing_waits_changes_nothing(client_of, customer):
    assert client_of(customer).post(reverse("licenses:add_waiting")).status_code == 302
    assert not License.objects.exists()
