"""A code is found in the text that was pasted with it; the page shows it alone, and only its wrong group in red."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from licenses import code_keys, spelling
from licenses.forms import CodeForm
from licenses.models import License
from licenses.refusals.codes import BadSymbol
from tests.factories import fresh_code

pytestmark = pytest.mark.django_db

MAIL = "> Hello Anna,\n>\n> thank you for your order 10045567.\n> Activation code: {}\n> Three devices, one year.\n"
LONG_MAIL = MAIL + "> All about your order and about us. " * 40


def with_slip(code: str) -> str:
    """The code with one wrong symbol in its second group."""
    return code[:6] + ("0" if code[6] != "0" else "1") + code[7:]


def refusal_of(text: str):
    form = CodeForm({"code": text})
    form.is_valid()
    return form.refusal


@pytest.mark.parametrize("mail", [MAIL, LONG_MAIL], ids=["half a mail", "1,600 characters"])
def test_code_in_a_mail_is_added(client_of, customer, mail):
    client_of(customer).post(reverse("licenses:add"), {"code": mail.format(fresh_code())})
    assert License.objects.get().owner == customer


def test_code_in_a_mail_waits_for_a_visitor(client):
    code = fresh_code()
    answer = client.post(reverse("licenses:add"), {"code": MAIL.format(code)}, follow=True)
    assert answer.redirect_chain == [(reverse("account_signup"), 302)]
    assert code_keys.unseal(client.session["waiting_code"]) == spelling.normalize(code)


def test_text_waits_whole_while_the_page_comes_in_another_language(client):
    code = fresh_code()
    text = "All about your order and about us. " * 40 + code
    client.post(reverse("accounts:language"), {"language": "de", "code": text, "next": reverse("licenses:add")})
    assert f'value="{code}"' in client.get(reverse("licenses:add")).text


def test_slip_in_a_pasted_code_is_told_with_the_code_alone(client_of, customer):
    wrong = with_slip(fresh_code())
    page = " ".join(client_of(customer).post(reverse("licenses:add"), {"code": MAIL.format(wrong)}).text.split())
    assert f'value="{wrong}" data-wrong="2" aria-invalid="true"' in page
    assert "There is a typing mistake in group 2." in page


def test_strange_symbol_marks_its_group():
    code = fresh_code()
    form = CodeForm({"code": code[:12] + "U" + code[13:]})
    form.is_valid()
    form.add_error("code", BadSymbol(symbols=["U"]))
    assert form.wrong_groups == [3]


def test_refusal_of_the_whole_code_marks_no_group():
    form = CodeForm({"code": fresh_code()})
    form.is_valid()
    form.add_error("code", ValidationError("No.", code="taken"))
    assert form.wrong_groups == []


def test_two_codes_are_not_chosen_between():
    one, other = fresh_code(), spelling.display(spelling.new_code())
    text = f"{one} or {other}"
    assert refusal_of(text).code == "several"
    assert CodeForm({"code": text}).shown == text


def test_text_without_a_code_is_said_to_be_too_long():
    assert refusal_of("Thank you for your order. Your activation code comes in a second message.").code == "max_length"
    assert refusal_of(fresh_code() + " and so on" * 250).code == "max_length"
