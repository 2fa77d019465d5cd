"""A batch in trouble: its page counts and leads on, a hold has a reason and says what it did, its rules stay."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from licenses import services
from licenses.models import CodeBatch, Event, License, count_codes
from tests.factories import PlanFactory, UserFactory, days

pytestmark = pytest.mark.django_db
LIST = "admin:licenses_codebatch_changelist"


@pytest.fixture
def office(client_of, staff):
    return client_of(staff)


@pytest.fixture
def batch():
    """Five codes: one used, one revoked, three unused."""
    issue = services.issue_codes(plan=PlanFactory(), count=5, name="Leaked", at=now())
    services.redeem_code(user=UserFactory(), text=issue.codes[0], at=now())
    services.revoke_code(code=services.redeem.find_code(issue.codes[1]), reason="lost", at=now())
    services.issue_codes(plan=PlanFactory(), count=2, at=now())
    return issue.batch


def act(browser, batch, action, **more):
    form = {"action": action, "_selected_action": batch.pk, **more}
    return browser.post(reverse(LIST), form, follow=True).content.decode()


def test_hold_asks_why_before_it_does_anything(office, batch):
    for reason in ({}, {"reason": " "}):
        page = act(office, batch, "suspend", **reason)
        assert "Leaked: 3 unused codes" in page
        batch.refresh_from_db()
        assert batch.suspended_at is None


def test_hold_says_what_it_did_and_records_who_and_why(office, batch, staff):
    page = act(office, batch, "suspend", reason="Seen in a forum.")
    assert "3 unused codes are on hold now." in page
    event = batch.events.get(verb=Event.Verb.BATCH_SUSPENDED)
    assert (event.actor, event.details["reason"]) == (staff, "Seen in a forum.")
    assert "On hold already." in act(office, batch, "suspend", reason="Again.")


def test_hold_is_taken_away_and_says_so(office, batch):
    services.suspend_batch(batch=batch, reason="Seen in a forum.", at=now())
    assert "3 codes can be added again." in act(office, batch, "resume")
    batch.refresh_from_db()
    assert batch.suspended_at is None


def test_page_of_a_batch_counts_its_codes(office, batch):
    count_codes([batch])
    assert (batch.issued, batch.unused, batch.used, batch.revoked) == (5, 3, 1, 1)
    page = office.get(reverse("admin:licenses_codebatch_change", args=[batch.pk])).content.decode()
    assert batch.unused == batch.codes.unused().count()
    for state, count in [("", 5), ("&amp;state=unused", 3), ("&amp;state=used", 1), ("&amp;state=revoked", 1)]:
        assert f'?batch={batch.pk}{state}">{count}</a>' in page


def test_refunded_code_counts_as_revoked_and_no_more_as_used(batch):
    services.refund_code(code=batch.codes.redeemed().get(), at=now())
    count_codes([batch])
    assert (batch.issued, batch.unused, batch.used, batch.revoked) == (5, 3, 0, 2)


def test_page_of_a_batch_leads_to_its_codes_and_licenses(office, batch):
    services.redeem_code(
        user=UserFactory(),
        text=services.issue_codes(plan=batch.plan, count=1, at=now()).codes[0],
        at=now(),
    )
    codes = office.get(reverse("admin:licenses_activationcode_changelist"), {"batch": batch.pk, "state": "used"})
    assert list(codes.context["cl"].queryset) == list(batch.codes.redeemed())
    licenses = office.get(reverse("admin:licenses_license_changelist"), {"batch": batch.pk})
    assert list(licenses.context["cl"].queryset) == [License.objects.get(terms__code__batch=batch)]


@pytest.mark.parametrize("number", ["0", "x", "9" * 40, ""])
def test_batch_that_does_not_exist_is_no_error(office, batch, number):
    assert office.get(reverse("admin:licenses_license_changelist"), {"batch": number}, follow=True).status_code == 200


def test_rules_of_issued_codes_are_frozen_for_a_crafted_form_too(office, batch):
    form = {"name": "Renamed", "reference": "PO-1", "renewal_only": "on", "plan": PlanFactory().pk}
    form |= {"activate_before_0": "2020-01-01", "activate_before_1": "00:00", "fixed_end_0": "2020-01-01"}
    events = {"events-TOTAL_FORMS": 0, "events-INITIAL_FORMS": 0}
    office.post(reverse("admin:licenses_codebatch_change", args=[batch.pk]), {**form, **events})
    changed = CodeBatch.objects.get(pk=batch.pk)
    assert (changed.name, changed.reference) == ("Renamed", "PO-1")
    assert all(getattr(changed, rule) == getattr(batch, rule) for rule in CodeBatch.RULES)


@pytest.mark.parametrize(("rule", "value"), [("activate_before", days(-1)), ("renewal_only", True), ("groups", 4)])
def test_model_refuses_other_rules_too(batch, rule, value):
    setattr(batch, rule, value)
    with pytest.raises(ValidationError, match="cannot be changed any more"):
        batch.full_clean()


def test_list_counts_only_the_batches_that_it_shows(office, batch):
    services.issue_codes(plan=PlanFactory(), count=1, name="Other", at=now())
    with CaptureQueriesContext(connection) as queries:
        page = office.get(reverse(LIST), {"q": "Leaked"})
    counting = [query["sql"] for query in queries if 'COUNT("licenses_activationcode"' in query["sql"]]
    assert counting
    assert all(f"IN ({batch.pk})" in one for one in counting)
    assert page.context["cl"].result_list[0].issued == 5
