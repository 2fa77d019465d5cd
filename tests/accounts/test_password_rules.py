"""The client's rule for passwords, the same wherever one is chosen."""

import re

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.validators import DigitUpperLowerValidator
from tests.factories import PASSWORD


def refusals(password, user=None) -> set[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {each.code for each in error.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("Violet-River-27", set()),
        ("Short7x", {"password_too_short"}),
        ("violet-river-27", {"password_no_upper"}),
        ("VIOLET-RIVER-27", {"password_no_lower"}),
        ("Violet-River", {"password_no_digit"}),
        ("--------", {"password_no_digit", "password_no_upper", "password_no_lower"}),
        ("Password1", {"password_too_common"}),
        ("Фиалка-река-٢٧", set()),
        ("Ünïcödé-²³", {"password_no_digit"}),
    ],
)
def test_password_is_judged_by_every_rule_at_once(password, codes):
    assert refusals(password) == codes


def test_password_like_the_address_is_refused():
    assert refusals("Anna.Lind7@example", User(email="anna.lind7@example.com")) == {"password_too_similar"}


@pytest.mark.django_db
def test_common_password_says_what_to_do(register):
    answer = register(password="Password1")
    text = "This password is easy to guess. Add a word or two that nobody expects."
    assert answer.context["form"].errors["password1"] == [text]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "states"),
    [
        ("short7x", ["miss", "met", "miss", "met"]),
        ("Password1", ["met"] * 4),
        ("", ["open"] * 4),
        ("Violet-River-27" * 9, ["open"] * 4),
    ],
)
def test_refused_password_shows_which_rules_it_kept(register, password, states):
    page = register(password=password).content.decode()
    assert "must contain at least 8 characters" not in page
    assert re.findall(r'data-rule="\w+" .* data-state="(\w+)"', page) == states


def test_rules_are_explained_in_words():
    assert "digit" in DigitUpperLowerValidator().get_help_text()


@pytest.mark.django_db
@pytest.mark.parametrize("length", [128, 129])
def test_longest_password_has_128_characters(register, length):
    answer = register(password=("Violet-River-27" * 9)[:length])
    assert answer.status_code == (302 if length == 128 else 200)


def test_rules_hold_when_a_password_is_changed(client_of, customer):
    answer = client_of(customer).post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "no-digit-and-no-upper"}
    )
    assert len(answer.context["form"].errors["password1"]) == 2


def test_rules_hold_when_a_password_is_reset(customer, newest_link):
    browser = Client()
    browser.post(reverse("account_reset_password"), {"email": customer.email})
    form = browser.get(newest_link())["Location"]
    answer = browser.post(form, {"password1": "no-digit-and-no-upper"})
    assert len(answer.context["form"].errors["password1"]) == 2


def test_passwords_are_stored_at_owasps_cost(slow_passwords):
    assert make_password(PASSWORD).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
