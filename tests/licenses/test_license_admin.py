"""What staff see and may do about products, codes and licenses."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from licenses import services
from licenses.models import ActivationCode, Event, License
from tests.factories import DeviceFactory, LicenseFactory, PlanFactory, UserFactory, fresh_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client_of, staff):
    """The browser of a staff member."""
    return client_of(staff)


def one_of_each():
    plan = PlanFactory()
    user = UserFactory()
    license = services.redeem_code(user=user, text=fresh_code(plan), at=now())
    services.take_seat(license=license, device=DeviceFactory(owner=user), at=now())


@pytest.mark.parametrize("rows", ["product", "plan", "codebatch", "activationcode", "license", "event"])
def test_list_takes_the_same_queries_for_one_and_thirty(office, rows):
    address = reverse(f"admin:licenses_{rows}_changelist")
    one_of_each()
    with CaptureQueriesContext(connection) as one:
        assert office.get(address).status_code == 200
    for _row in range(29):
        one_of_each()
    with CaptureQueriesContext(connection) as thirty:
        office.get(address)
    assert len(thirty) == len(one)


def test_term_longer_than_the_calendar_is_refused(office):
    plan = PlanFactory()
    form = {"product": plan.product_id, "name": "For ever", "slug": "ever", "kind": "commercial", "term_length": 9999}
    pools = {"pools-TOTAL_FORMS": 0, "pools-INITIAL_FORMS": 0}
    answer = office.post(reverse("admin:licenses_plan_add"), {**form, "term_unit": "year", **pools})
    assert "term_length" in answer.context["adminform"].form.errors


@pytest.mark.parametrize("spell", [str, str.lower, lambda code: code.replace("-", "")])
def test_whole_code_is_looked_up_without_standing_in_an_address(office, spell):
    code = fresh_code()
    fresh_code()
    page = office.post(reverse("admin:licenses_activationcode_find"), {"code": spell(code)}, follow=True)
    assert page.context["original"].hint == code[-5:]
    assert code[:23] not in page.content.decode()
    assert code[:5] not in page.redirect_chain[0][0]


def test_unknown_code_is_told_so(office):
    page = office.post(reverse("admin:licenses_activationcode_find"), {"code": "nonsense"}, follow=True)
    assert "There is no such code." in page.content.decode()


def test_code_is_found_by_its_last_group_or_case_number(office):
    code, _other = fresh_code(), fresh_code()
    row = ActivationCode.objects.get(hint=code[-5:])
    for search in [code[-5:], code[-5:].lower(), row.case_number]:
        page = office.get(reverse("admin:licenses_activationcode_changelist"), {"q": search})
        assert list(page.context["cl"].queryset) == [row]


def test_used_code_cannot_be_revoked(office):
    code = fresh_code()
    services.redeem_code(user=UserFactory(), text=code, at=now())
    row = ActivationCode.objects.get()
    form = {"action": "revoke_lost", "_selected_action": row.pk}
    page = office.post(reverse("admin:licenses_activationcode_changelist"), form, follow=True)
    assert "Block its license instead" in page.content.decode()
    row.refresh_from_db()
    assert row.revoked_at is None


def test_block_asks_why_and_records_who(office, staff):
    license = LicenseFactory()
    form = {"action": "block", "_selected_action": license.pk}
    address = reverse("admin:licenses_license_changelist")
    assert "Why" in office.post(address, form).content.decode()
    assert not License.objects.filter(blocked_at__isnull=False).exists()
    office.post(address, {**form, "reason": "Charged back."})
    license.refresh_from_db()
    assert license.blocked_reason == "Charged back."
    assert Event.objects.get(verb=Event.Verb.LICENSE_BLOCKED).actor == staff


@pytest.mark.parametrize("rows", ["event", "license", "activationcode"])
def test_history_cannot_be_written_by_hand(office, rows):
    one_of_each()
    pk = {"event": Event, "license": License, "activationcode": ActivationCode}[rows].objects.first().pk
    assert office.get(reverse(f"admin:licenses_{rows}_add")).status_code == 403
    assert office.post(reverse(f"admin:licenses_{rows}_delete", args=[pk])).status_code == 403
    assert office.get(reverse(f"admin:licenses_{rows}_change", args=[pk])).status_code == 200


def test_customer_is_not_let_in(client_of, customer):
    answer = client_of(customer).get(reverse("admin:index"))
    assert answer.status_code in (302, 403)


def test_filter_answers_whether_a_license_is_blocked(office):
    blocked = services.block_license(license=LicenseFactory(), reason="Chargeback", at=now())
    rows = office.get(reverse("admin:licenses_license_changelist"), {"blocked_at__isempty": 0}).context["cl"]
    (spec,) = (spec for spec in rows.filter_specs if spec.title == "blocked")
    assert [str(choice["display"]) for choice in spec.choices(rows)] == ["All", "Yes", "No"]
    assert list(rows.result_list) == [blocked]


def test_filter_of_a_short_list_counts_its_choices(office):
    PlanFactory(withdrawn_at=now())
    rows = office.get(reverse("admin:licenses_plan_changelist"), {"_facets": "True"}).context["cl"]
    (withdrawn,) = (spec for spec in rows.filter_specs if spec.title == "withdrawn")
    assert [str(choice["display"]) for choice in withdrawn.choices(rows)] == ["All", "Yes (1)", "No (0)"]
