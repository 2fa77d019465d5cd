"""Whoever adds a code gets a mail that says what it brought, once, and finds it in the history."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import now

from licenses import services
from licenses.models import Event
from tests.factories import PlanFactory, UserFactory, fresh_code

pytestmark = pytest.mark.django_db


def add(user, plan=None):
    return services.submit_code(user=user, text=fresh_code(plan), at=now())


def test_receipt_says_what_until_when_and_how_many(customer, mailoutbox):
    license = add(customer, PlanFactory(product__name="Bits & Bobs", seats=3))
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == ([customer.email], "Bits & Bobs was added to your account")
    facts = ["Bits & Bobs is yours", "does not renew by itself", "Devices: 3, any mix of systems", license.support_key]
    assert all(fact in letter.body for fact in facts)
    assert f"/downloads/?product={license.product.slug}" in letter.body


def test_receipt_as_html_leads_to_the_download(customer, mailoutbox):
    license = add(customer, PlanFactory(product__name="Bits & Bobs"))
    page = mailoutbox[0].alternatives[0][0]
    assert "Bits &amp; Bobs is yours" in page
    assert f'/downloads/?product={license.product.slug}"' in page
    assert "5, any mix of systems" in page


def test_subscription_from_a_code_says_that_it_ends(customer, mailoutbox):
    add(customer, PlanFactory(kind="subscription"))
    assert "does not renew by itself" in mailoutbox[0].body
    assert "Until: " in mailoutbox[0].body


def test_receipt_is_in_the_language_and_time_of_its_reader(mailoutbox):
    add(UserFactory(language="de", time_zone="Pacific/Auckland"))
    license = Event.objects.get(verb=Event.Verb.RECEIPT_MAILED).license
    assert mailoutbox[0].subject.endswith("wurde Ihrem Konto hinzugefügt")
    assert f"{license.created_at.astimezone(license.owner.zone):%H:%M}" in mailoutbox[0].body


def test_history_says_that_a_receipt_was_mailed(customer, client_of):
    license = add(customer)
    assert "Receipt mailed" in client_of(customer).get(license.get_absolute_url()).content.decode()


def test_code_that_is_refused_gets_no_receipt(customer, mailoutbox):
    text = fresh_code()
    services.submit_code(user=customer, text=text, at=now())
    with pytest.raises(ValidationError):
        services.submit_code(user=customer, text=text, at=now())
    assert len(mailoutbox) == 1


def test_order_is_confirmed_by_its_own_mail_alone(order, mailoutbox):
    assert len(mailoutbox) == 1
    assert not Event.objects.filter(verb=Event.Verb.RECEIPT_MAILED).exists()
