"""Staff issue a batch once, and fetch its codes as a file: they alone, for an hour."""

import csv
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import now

from licenses import services
from licenses.models import CodeBatch, Event
from licenses.models.codes import FETCHED_FOR
from licenses.sheets import harmless
from tests.factories import PlanFactory, StaffFactory

pytestmark = pytest.mark.django_db
ISSUE = "admin:licenses_codebatch_make"


@pytest.fixture
def office(client_of, staff):
    return client_of(staff)


@pytest.fixture
def form():
    """What the page of issuing sends, filled in for three codes."""
    return {"form_key": uuid4(), "count": 3, "plan": PlanFactory().pk, "name": "Spring", "reference": "PO-17"}


@pytest.fixture
def batch(staff):
    return services.issue_codes(plan=PlanFactory(), count=3, actor=staff, name="Spring", at=now()).batch


def page_of(batch: CodeBatch) -> str:
    return reverse("admin:licenses_codebatch_change", args=[batch.pk])


def fetch(browser, batch: CodeBatch, **options):
    return browser.post(reverse("admin:licenses_codebatch_fetch", args=[batch.pk]), **options)


def make_older(batch: CodeBatch, age: timedelta) -> None:
    CodeBatch.objects.filter(pk=batch.pk).update(created_at=batch.created_at - age)


def test_form_leads_to_the_page_of_the_batch(office, form, staff):
    answer = office.post(reverse(ISSUE), form, follow=True)
    batch = CodeBatch.objects.get()
    assert answer.redirect_chain == [(page_of(batch), 302)]
    assert "3 codes were issued." in answer.content.decode()
    assert (batch.name, batch.reference, batch.created_by, batch.codes.count()) == ("Spring", "PO-17", staff, 3)


def test_second_press_of_the_form_leads_to_the_same_batch(office, form):
    office.post(reverse(ISSUE), form)
    answer = office.post(reverse(ISSUE), form, follow=True)
    assert answer.redirect_chain == [(page_of(CodeBatch.objects.get()), 302)]
    assert "This form was sent before" in answer.content.decode()
    assert Event.objects.filter(verb=Event.Verb.CODES_ISSUED).count() == 1


def test_every_opening_of_the_form_is_another_batch(office, form):
    keys = {office.get(reverse(ISSUE)).context["adminform"].form["form_key"].value() for _opening in range(2)}
    for key in keys:
        office.post(reverse(ISSUE), {**form, "form_key": key})
    assert CodeBatch.objects.count() == 2


def test_wrong_form_says_so_and_keeps_its_key(office, form):
    answer = office.post(reverse(ISSUE), {**form, "count": 0})
    assert "Nothing was issued." in answer.content.decode()
    assert str(form["form_key"]) in answer.content.decode()
    assert not CodeBatch.objects.exists()


def test_file_has_every_code_with_plan_label_and_order(office, form):
    office.post(reverse(ISSUE), form)
    batch = CodeBatch.objects.get()
    answer = fetch(office, batch)
    rows = list(csv.DictReader(answer.content.decode().splitlines()))
    assert [services.redeem.find_code(row["code"]).batch for row in rows] == [batch] * 3
    assert [(row["plan"], row["label"], row["order"]) for row in rows] == [(batch.plan.slug, "Spring", "PO-17")] * 3
    assert "no-store" in answer["Cache-Control"]


def test_file_is_fetched_again_within_the_hour_and_each_time_recorded(office, batch, staff):
    make_older(batch, FETCHED_FOR - timedelta(minutes=1))
    assert fetch(office, batch).content == fetch(office, batch).content
    assert [event.actor for event in batch.events.filter(verb=Event.Verb.CODES_FETCHED)] == [staff] * 2
    assert "Codes fetched as a file" in office.get(page_of(batch)).content.decode()


def test_after_the_hour_the_codes_are_gone_and_the_page_says_so(office, batch):
    make_older(batch, FETCHED_FOR)
    answer = fetch(office, batch, follow=True)
    assert "The hour is over" in answer.content.decode()
    assert "Nobody can read them again." in answer.content.decode()
    assert "Download as CSV" not in answer.content.decode()
    assert not batch.events.filter(verb=Event.Verb.CODES_FETCHED).exists()


def test_another_member_of_staff_cannot_fetch_them(client_of, batch):
    other = client_of(StaffFactory())
    assert "Only sam@example.com, who issued them" in other.get(page_of(batch)).content.decode()
    assert "Only the person who issued these codes" in fetch(other, batch, follow=True).content.decode()


def test_codes_of_a_store_are_not_fetched_by_staff(office, codes_order):
    assert "Download as CSV" not in office.get(page_of(codes_order.batch)).content.decode()
    assert "text/csv" not in fetch(office, codes_order.batch, follow=True)["Content-Type"]


def test_revoked_code_is_not_in_the_file(batch, staff):
    services.revoke_code(code=batch.codes.first(), reason="lost", actor=staff, at=now())
    assert len(services.fetch_codes(batch=batch, actor=staff, at=now())) == 2


def test_lost_key_is_told_and_nothing_recorded(office, batch, settings):
    settings.CODE_SEAL_KEYS = ["new-seal-" + "n" * 40]
    assert "not configured any more" in fetch(office, batch, follow=True).content.decode()
    assert not batch.events.filter(verb=Event.Verb.CODES_FETCHED).exists()


def test_link_to_the_file_leads_to_its_page(office, batch):
    answer = office.get(reverse("admin:licenses_codebatch_fetch", args=[batch.pk]))
    assert answer["Location"] == page_of(batch)


@pytest.mark.parametrize("may", [["view"], ["view", "change"], []])
def test_issuing_and_fetching_need_the_right_to_add(client_of, form, may):
    clerk = StaffFactory(is_superuser=False)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=[f"{verb}_codebatch" for verb in may]))
    batch = services.issue_codes(plan=PlanFactory(), count=1, actor=clerk, at=now()).batch
    browser = client_of(clerk)
    assert browser.get(reverse(ISSUE)).status_code == browser.post(reverse(ISSUE), form).status_code == 403
    assert fetch(browser, batch).status_code in (403, 404)
    assert CodeBatch.objects.count() == 1


def test_unknown_batch_is_a_404(office, batch):
    assert office.post(reverse("admin:licenses_codebatch_fetch", args=[batch.pk + 1])).status_code == 404


def test_codes_are_never_fetched_without_a_person(batch, customer):
    CodeBatch.objects.update(created_by=None)
    with pytest.raises(ValidationError) as refusal:
        services.fetch_codes(batch=CodeBatch.objects.get(), actor=customer, at=now())
    assert refusal.value.code == "not_yours"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_cell_is_never_a_formula(cell):
    assert harmless(cell) == f"'{cell}"
    assert harmless("Spring") == "Spring"
