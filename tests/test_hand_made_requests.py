"""What no page of the admin sends is refused, not an error of ours; what its pages send passes."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.factories import LicenseFactory, PlanFactory, StoreFactory

pytestmark = pytest.mark.django_db
PAGES = sorted(admin.site._registry.values(), key=lambda pages: pages.opts.label)
LICENSES = "admin:licenses_license_changelist"


def changelist(pages) -> str:
    return reverse(f"admin:{pages.opts.app_label}_{pages.opts.model_name}_changelist")


@pytest.mark.parametrize("chosen", ["", "abc", "9" * 19, "2026-13-45"])
@pytest.mark.parametrize("pages", PAGES, ids=lambda pages: pages.opts.label)
def test_rows_that_are_none_are_refused(client_of, staff, pages, chosen):
    data = {"action": "delete_selected", "_selected_action": [chosen]}
    answer = client_of(staff).post(changelist(pages), data)
    assert answer.status_code == 400 or (answer.status_code == 302 and pages.opts.pk.get_internal_type() == "CharField")


@pytest.mark.parametrize("year", ["0", "10000", "9" * 19, "-1", "x"])
def test_years_that_are_none_are_refused(client_of, staff, year):
    assert client_of(staff).get(reverse(LICENSES), {"created_at__year": year}).status_code == 400


@pytest.mark.parametrize("product", ["2026-13-45", "abc", "9" * 19])
def test_related_rows_that_are_none_are_refused(client_of, staff, product):
    plan = PlanFactory()
    address = reverse("admin:licenses_plan_change", args=[plan.pk])
    assert client_of(staff).post(address, {"product": product, "name": "X"}).status_code == 400


def test_what_a_page_sends_passes(client_of, staff):
    license = LicenseFactory()
    browser, data = client_of(staff), {"action": "unblock", "_selected_action": [license.pk]}
    assert browser.post(reverse(LICENSES), data).status_code == 302
    assert browser.get(reverse(LICENSES), {"created_at__year": "2026"}).status_code == 200


def test_client_is_known_by_letters(client_of, staff):
    store = StoreFactory(id="corner-shop")
    data = {"action": "switch_on", "_selected_action": [store.pk]}
    assert client_of(staff).post(reverse("admin:allauth_idp_oidc_client_changelist"), data).status_code == 302
