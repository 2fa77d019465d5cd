"""Customers in the admin: found, helped, and never given rights by somebody who has none to give."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.verbs import Verb
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = "admin:accounts_user_changelist"


@pytest.fixture
def helper():
    """A member of staff who may work with customers, but is no superuser."""
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    return user


def test_list_takes_the_same_queries_for_many_customers(client_of, staff, django_assert_max_num_queries):
    UserFactory.create_batch(30)
    browser = client_of(staff)
    with django_assert_max_num_queries(8):
        assert browser.get(reverse(LIST)).status_code == 200


def test_customer_is_found_by_address_or_name(client_of, staff, customer, other_customer):
    for query in ("anna@", "Anna"):
        page = client_of(staff).get(reverse(LIST), {"q": query})
        assert [user.email for user in page.context["cl"].queryset] == ["anna@example.com"]


def test_customer_is_added_with_the_address_in_lower_case(client_of, staff):
    data = {
        "email": "Cleo@Example.com",
        "usable_password": "true",
        "password1": "Cleo-Pass-27",
        "password2": "Cleo-Pass-27",
    }
    client_of(staff).post(reverse("admin:accounts_user_add"), data)
    assert User.objects.get(email="cleo@example.com").check_password("Cleo-Pass-27")


def test_address_cannot_be_added_twice_in_another_spelling(client_of, staff, customer):
    data = {
        "email": "ANNA@example.com",
        "usable_password": "true",
        "password1": "Cleo-Pass-27",
        "password2": "Cleo-Pass-27",
    }
    page = client_of(staff).post(reverse("admin:accounts_user_add"), data)
    assert page.context["adminform"].form.errors["email"]


@pytest.mark.parametrize("wrong", [{"region": "Europe"}, {"language": "Deutsch"}])
def test_language_and_region_are_ones_that_there_are(client_of, helper, customer, wrong):
    url = reverse("admin:accounts_user_change", args=[customer.pk])
    data = {"name": "", "language": "de", "time_zone": "", "region": "europe", "is_active": "on"}
    assert client_of(helper).post(url, {**data, **wrong}).context["adminform"].form.errors.keys() == wrong.keys()
    assert client_of(helper).post(url, data).status_code == 302
    customer.refresh_from_db()
    assert (customer.language, customer.region) == ("de", "europe")


def test_helper_changes_a_name_but_hands_out_no_rights(client_of, helper, customer):
    url = reverse("admin:accounts_user_change", args=[customer.pk])
    data = {"name": "Anna L.", "language": "", "time_zone": "", "region": "", "is_active": "on"}
    client_of(helper).post(url, {**data, "is_staff": "on", "is_superuser": "on"})
    customer.refresh_from_db()
    assert (customer.name, customer.is_staff, customer.is_superuser) == ("Anna L.", False, False)


def test_helper_cannot_set_the_password_of_staff(client_of, helper, staff):
    url = reverse("admin:auth_user_password_change", args=[staff.pk])
    data = {"usable_password": "true", "password1": "Taken-Over-27", "password2": "Taken-Over-27"}
    assert client_of(helper).post(url, data).status_code == 403
    staff.refresh_from_db()
    assert not staff.check_password("Taken-Over-27")


def set_password(browser, user, **more):
    data = {"usable_password": "true", "password1": "From-Support-27", "password2": "From-Support-27"}
    return browser.post(reverse("admin:auth_user_password_change", args=[user.pk]), {**data, **more})


def test_customer_hears_that_staff_set_a_password(client_of, helper, customer, mailoutbox):
    set_password(client_of(helper), customer)
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == ([customer.email], "Our support set a new password for your account")
    for text in (letter.body, letter.alternatives[0][0]):
        assert f"http://testserver{reverse('account_reset_password')}" in text
        assert "You are signed out everywhere." in text
    event = customer.history.get()
    assert (event.verb, event.actor) == (Verb.PASSWORD_SET, helper)


def test_customer_hears_that_staff_removed_the_password(client_of, helper, customer, mailoutbox):
    set_password(client_of(helper), customer, **{"usable_password": "false", "unset-password": "1"})
    assert mailoutbox[0].subject == "Our support removed the password of your account"


def test_password_that_was_refused_is_told_nobody(client_of, helper, customer, mailoutbox):
    set_password(client_of(helper), customer, password2="Another-27")
    assert mailoutbox == []
    assert not customer.history.exists()


def test_labels_of_a_customer_begin_alike(client_of, staff, customer):
    page = client_of(staff).get(reverse("admin:accounts_user_change", args=[customer.pk])).content.decode()
    assert "Language:" in page
    assert "Region:" in page


def test_customers_have_a_section_of_their_own(client_of, staff):
    sections = [room["name"] for room in client_of(staff).get(reverse("admin:index")).context["app_list"]]
    assert len(sections) == len(set(sections))
