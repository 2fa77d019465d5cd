"""Staff add endpoints, see secrets once, and send messages again."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from portal.foundation.crypto.sealing import unseal
from portal.foundation.webhooks.models import Delivery, Endpoint
from portal.foundation.webhooks.signing import PURPOSE
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = "admin:webhooks_endpoint_changelist"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


def act(browser, action, *rows, model="endpoint"):
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return browser.post(reverse(f"admin:webhooks_{model}_changelist"), data)


def test_new_endpoint_shows_its_secret_once(client_of, staff, store):
    browser = client_of(staff)
    data = {"client": store.pk, "url": "https://93.184.216.34/hooks", "topics": ["license.added"]}
    answer = browser.post(reverse("admin:webhooks_endpoint_make"), data)
    secret = SECRET.search(answer.content.decode()).group()
    endpoint = Endpoint.objects.get()
    assert unseal(endpoint.sealed_secret, purpose=PURPOSE).decode() == secret
    assert "no-store" in answer["Cache-Control"]
    for address in (reverse(LIST), reverse("admin:webhooks_endpoint_change", args=[endpoint.pk])):
        assert not SECRET.search(browser.get(address).content.decode())


def test_bad_address_is_explained(client_of, staff, store):
    data = {"client": store.pk, "url": "http://shop.example.com/hooks", "topics": ["license.added"]}
    answer = client_of(staff).post(reverse("admin:webhooks_endpoint_make"), data)
    assert "https only" in answer.content.decode()
    assert not Endpoint.objects.exists()


def test_change_keeps_the_secret(client_of, staff, endpoint):
    before = bytes(Endpoint.objects.get().sealed_secret)
    data = {"url": "https://93.184.216.34/other", "topics": ["license.ended"]}
    client_of(staff).post(reverse("admin:webhooks_endpoint_change", args=[endpoint.pk]), data)
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.topics) == ("https://93.184.216.34/other", ["license.ended"])
    assert bytes(endpoint.sealed_secret) == before


def test_rotation_shows_the_new_secret(client_of, staff, endpoint, secret):
    page = act(client_of(staff), "rotate", endpoint).content.decode()
    assert SECRET.search(page).group() != secret
    assert "For 24 hours" in page


def test_endpoint_is_switched_off_and_on(client_of, staff, endpoint):
    act(client_of(staff), "switch_off", endpoint)
    assert not Endpoint.objects.listening().exists()
    act(client_of(staff), "switch_on", endpoint)
    assert Endpoint.objects.listening().exists()


def test_staff_who_may_only_look_rotate_nothing(client_of, endpoint):
    looker = UserFactory(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=["view_endpoint", "view_delivery"]))
    act(client_of(looker), "rotate", endpoint)
    act(client_of(looker), "switch_off", endpoint)
    endpoint.refresh_from_db()
    assert endpoint.rotated_at is endpoint.disabled_at is None


def test_log_is_found_by_support_key_and_sent_again(client_of, staff, endpoint, tell):
    tell("added-1")
    Delivery.objects.update(done_at=timezone.now())
    browser = client_of(staff)
    page = browser.get(reverse("admin:webhooks_delivery_changelist"), {"q": "4F2A-9C31-7D08", "state": "delivered"})
    assert "4F2A-9C31-7D08" in page.content.decode()
    act(browser, "send_now", Delivery.objects.get(), model="delivery")
    assert Delivery.objects.waiting().exists()


def test_staff_who_may_only_look_send_nothing(client_of, endpoint, tell):
    tell("added-1")
    Delivery.objects.update(done_at=timezone.now())
    looker = UserFactory(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_delivery"))
    act(client_of(looker), "send_now", Delivery.objects.get(), model="delivery")
    assert not Delivery.objects.waiting().exists()


def test_list_takes_the_same_queries_however_long(client_of, staff, endpoint, tell, django_assert_max_num_queries):
    for number in range(10):
        tell(f"event-{number}")
    browser = client_of(staff)
    for model in ("endpoint", "delivery"):
        with django_assert_max_num_queries(12):
            browser.get(reverse(f"admin:webhooks_{model}_changelist"))


def test_command_prints_a_new_secret(endpoint, secret, capsys):
    call_command("rotate_webhook_secret", endpoint.url)
    said = capsys.readouterr()
    assert SECRET.fullmatch(said.out.strip())
    assert said.out.strip() != secret
    with pytest.raises(CommandError):
        call_command("rotate_webhook_secret", "https://nobody.example.com/")


@pytest.mark.parametrize("fact", ["", "done_at", "given_up_at"])
def test_only_a_message_that_waits_has_a_next_try(client_of, staff, endpoint, tell, fact):
    tell("added-1")
    if fact:
        Delivery.objects.update(**{fact: timezone.now()})
    browser, delivery = client_of(staff), Delivery.objects.get()
    there = reverse("admin:webhooks_delivery_change", args=[delivery.pk])
    shown = re.search(r"Next try:.*?</div>\s*</div>", browser.get(there).content.decode(), re.DOTALL).group()
    assert ("–" in shown) == bool(fact)
    listed = browser.get(reverse("admin:webhooks_delivery_changelist")).content.decode()
    assert ('<td class="field-next_try">–</td>' in listed) == bool(fact)


def test_new_endpoint_stands_in_the_log_of_the_admin(client_of, staff, store):
    data = {"client": store.pk, "url": "https://93.184.216.34/hooks", "topics": ["license.added"]}
    client_of(staff).post(reverse("admin:webhooks_endpoint_make"), data)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.is_addition(), entry.get_edited_object()) == (staff, True, Endpoint.objects.get())


def test_staff_who_may_only_look_add_nothing(client_of, store):
    looker = UserFactory(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_endpoint"))
    browser = client_of(looker)
    assert "Add an endpoint…" not in browser.get(reverse(LIST)).content.decode()
    assert browser.get(reverse("admin:webhooks_endpoint_make")).status_code == 403


def test_same_address_twice_is_said_beside_the_form(client_of, staff, endpoint):
    data = {"client": endpoint.client_id, "url": endpoint.url, "topics": ["license.added"]}
    answer = client_of(staff).post(reverse("admin:webhooks_endpoint_make"), data)
    assert "This store listens there already." in answer.content.decode()
    assert Endpoint.objects.count() == 1
