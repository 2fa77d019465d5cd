"""“I am the buyer”: the holder is asked, and may hand the license over within a day."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import now

from licenses import services, spelling
from licenses.models import CodeClaim, Event, License, Seat
from tests.factories import DeviceFactory, PlanFactory, TermFactory, UserFactory, fresh_code, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(customer):
    """A code that `customer` has added."""
    text = fresh_code()
    services.redeem_code(user=customer, text=text, at=now())
    return text


@pytest.fixture
def claim(code, other_customer):
    services.claim_code(user=other_customer, text=code, at=now())
    return CodeClaim.objects.get()


def test_subject_names_the_product_as_it_is(other_customer, mailoutbox):
    text = fresh_code(PlanFactory(product__name="Bits & Bobs"))
    services.redeem_code(user=UserFactory(), text=text, at=now())
    services.claim_code(user=other_customer, text=text, at=now())
    services.release_license(user=License.objects.get().owner, claim=CodeClaim.objects.get(), at=now())
    assert ["Bits & Bobs" in mail.subject for mail in mailoutbox] == [True, True]


def test_claim_mails_the_holder_once(code, other_customer, customer, mailoutbox):
    services.claim_code(user=other_customer, text=code, at=now())
    services.claim_code(user=other_customer, text=code, at=now())
    assert [mail.to for mail in mailoutbox] == [[customer.email]]


def test_claim_of_an_unknown_code_answers_alike(client_of, other_customer, code):
    known = client_of(other_customer).post(reverse("licenses:claim"), {"code": code}, follow=True)
    unknown = client_of(other_customer).post(reverse("licenses:claim"), {"code": spelling.new_code()}, follow=True)
    assert [str(message) for message in known.context["messages"]] == [
        str(message) for message in unknown.context["messages"]
    ]


def test_release_moves_the_license_and_frees_its_seats(claim, customer, other_customer, client_of, mailoutbox):
    license = License.objects.get()
    services.take_seat(license=license, device=DeviceFactory(owner=customer), at=now())
    client_of(customer).post(reverse("licenses:release", args=[claim.pk]))
    license.refresh_from_db()
    assert license.owner == other_customer
    assert not Seat.objects.held().exists()
    assert Event.objects.filter(verb=Event.Verb.LICENSE_RELEASED).count() == 1
    assert mailoutbox[-1].to == [other_customer.email]


def test_buyer_does_not_see_what_the_holder_did(claim, customer, other_customer, client_of):
    license = License.objects.get()
    services.take_seat(license=license, device=DeviceFactory(owner=customer, name="Annas Notebook"), at=now())
    assert "Annas Notebook" in client_of(customer).get(license.get_absolute_url()).content.decode()
    services.release_license(user=customer, claim=claim, at=now())
    services.take_seat(
        license=License.objects.get(), device=DeviceFactory(owner=other_customer, name="Bens PC"), at=now()
    )
    page = client_of(other_customer).get(license.get_absolute_url()).content.decode()
    assert "Annas Notebook" not in page
    assert page.index("Bens PC connected") < page.index("License handed over")


def test_claim_is_over_after_a_day(claim, customer):
    CodeClaim.objects.update(made_at=now() - timedelta(hours=25))
    with pytest.raises(ValidationError) as refusal:
        services.release_license(user=customer, claim=claim, at=now())
    assert refusal.value.code == "claim_over"
    assert License.objects.get().owner == customer


def test_license_of_several_codes_is_not_handed_over(claim, customer):
    license = License.objects.get()
    TermFactory(
        license=license, starts_at=standing(license).ends_at, ends_at=standing(license).ends_at + timedelta(days=365)
    )
    with pytest.raises(ValidationError) as refusal:
        services.release_license(user=customer, claim=claim, at=now())
    assert refusal.value.code == "not_whole"


def test_only_the_holder_may_answer(claim, other_customer, client_of):
    assert client_of(other_customer).get(reverse("licenses:release", args=[claim.pk])).status_code == 404
    with pytest.raises(ValidationError):
        services.release_license(user=other_customer, claim=claim, at=now())


def test_holder_is_not_asked_for_an_own_code(code, customer):
    services.claim_code(user=customer, text=code, at=now())
    assert not CodeClaim.objects.exists()
