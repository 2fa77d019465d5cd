"""Staff work with millions of rows: no list, filter or search of theirs reads more of a table than it may count.

PostgreSQL says of each statement, run among 100,000 rows of everything, how many rows each step of it touched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote_plus

import pytest
from django.contrib import admin
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.forms import ModelChoiceField
from django.test import RequestFactory
from django.urls import reverse
from django.utils.timezone import now

from devices.models import Device
from licenses.models import License
from portal.accounts.models import User
from portal.ui import staff as ui
from portal.ui.staff import MOST_COUNTED, LargeAdmin
from tests.factories import DeviceFactory, LicenseFactory, UserFactory
from tests.many_rows import make_customers

LARGE = [one for one in admin.site._registry.values() if isinstance(one, LargeAdmin)]
ROWS = 100_000
# What a list counts, found among every third row.
MOST_TOUCHED = 3.5 * MOST_COUNTED
# Of license 1500, as `many_rows` makes it; so is the device id below.
KEY = "39E2-DE98-E546"
SEARCHES = {
    "accounts.User": ["customer-1500@", "CUSTOMER-1500@example.com", "anna 2000", "customer-", "nobody@"],
    "account.EmailAddress": ["customer-1500@example.com", "customer-", "nobody@"],
    "licenses.CodeBatch": ["Delivery 1050", "delivery", "PO-1050", "Plan 0", "nothing"],
    "licenses.ActivationCode": ["C-001500", "KKKKK", "3F0A1"],
    "licenses.License": [
        "customer-1500@example.com",
        "customer-",
        KEY,
        KEY[:4],
        KEY.replace("-", "").lower(),
        "nobody@",
    ],
    "licenses.Order": ["N-1500", "N-", "customer-1500@example.com", "customer-", KEY, "nobody@"],
    "licenses.Event": ["customer-1500@example.com", "N-1501", KEY, "nobody@"],
    "devices.Device": [
        "Laptop 1500",
        "laptop",
        "customer-1500@example.com",
        "D-CFA5-3013",
        "cfa53013",
        "nobody@",
    ],
    "oauth.SignIn": ["customer-1500@example.com", "customer-", "laptop", "nobody@"],
    "mail.Mail": ["customer-1500@example.com", "customer-", "nobody@"],
    "webhooks.Delivery": ["added-1500", KEY, KEY.replace("-", "").lower(), "store.example.com", "nothing"],
}


def steps(plan: dict) -> Iterator[dict]:
    yield plan
    for step in plan.get("Plans", []):
        yield from steps(step)


def touched(step: dict) -> float:
    """How many rows a step looked at: those that it handed on, and those that it threw away."""
    thrown_away = sum(count for name, count in step.items() if name.startswith("Rows Removed by"))
    return (step["Actual Rows"] + thrown_away) * step["Actual Loops"]


@contextmanager
def explained(found: list[str]):
    """Note each SELECT that touches too many rows."""

    def explain(execute, sql, params, many, context):
        if sql.startswith("SELECT"):
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                ((plan,),) = cursor.fetchall()
            wide = [step for step in steps(plan[0]["Plan"]) if touched(step) > MOST_TOUCHED]
            found.extend(f"{step['Node Type']} of {touched(step):.0f} rows: {sql[:300]} {params}" for step in wide)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield


@pytest.fixture
def ask(staff):
    """Return a function that opens a list as staff do, but for drawing it."""

    def ask(model_admin: LargeAdmin, question: str):
        request = RequestFactory().get(f"/{question}")
        request.user, request.now = staff, now()
        request._messages = CookieStorage(request)
        changes = model_admin.get_changelist_instance(request)
        changes.result_list = list(changes.result_list)
        return changes

    return ask


def questions(model_admin: LargeAdmin, page) -> list[str]:
    """The first page and the last, each choice of each filter, and what staff type."""
    filters = {choice["query_string"] for spec in page.filter_specs for choice in spec.choices(page)}
    searches = {f"?q={quote_plus(text)}" for text in SEARCHES[model_admin.opts.label]}
    return sorted({"?", f"?p={page.paginator.num_pages}"} | filters | searches)


@pytest.mark.django_db(transaction=True, reset_sequences=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is for demonstrations")
def test_no_list_reads_a_table(ask):
    make_customers(customers=ROWS, codes=ROWS, batches=ROWS // 20)
    wide: dict[str, list[str]] = {}
    for model_admin in LARGE:
        for question in questions(model_admin, ask(model_admin, "?")):
            with explained(wide.setdefault(f"{model_admin.opts.label}{question}", [])):
                ask(model_admin, question)
    assert len(wide) > 100
    assert {asked: found for asked, found in wide.items() if found} == {}


@pytest.mark.django_db
def test_very_long_list_is_not_counted(ask, monkeypatch):
    UserFactory.create_batch(3)
    monkeypatch.setattr(ui, "MOST_COUNTED", 2)
    customers = admin.site.get_model_admin(User)
    assert ask(customers, "?is_active__exact=1").paginator.how_many == "more than 2"
    assert ask(customers, "?is_active__exact=0").paginator.how_many == "0"


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite counts")
def test_whole_table_is_estimated(ask, monkeypatch):
    UserFactory.create_batch(127)
    monkeypatch.setattr(ui, "MOST_COUNTED", 100)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user")
    assert ask(admin.site.get_model_admin(User), "?").paginator.how_many == "about 130"


@pytest.mark.django_db
def test_search_that_finds_too_much_says_so(client_of, staff, monkeypatch):
    UserFactory.create_batch(3)
    monkeypatch.setattr(ui, "MOST_FOUND", 2)
    page = client_of(staff).get(reverse("admin:accounts_user_changelist"), {"q": "customer-"})
    assert len(page.context["cl"].result_list) == 2
    assert "More than 2 fit" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("spell", [str, str.lower, lambda key: key.replace("-", ""), lambda key: key[:12]])
def test_license_is_found_by_its_key_however_it_is_spelled(ask, spell):
    license = LicenseFactory(support_key="4F2A-9C31-7B60")
    LicenseFactory()
    assert ask(admin.site.get_model_admin(License), f"?q={spell(license.support_key)}").result_list == [license]


@pytest.mark.parametrize("spelled", ["D-2ADB-0997", "d2adb0997", "2adb0997", "2ADB-0997"])
@pytest.mark.django_db
def test_device_is_found_by_its_id_however_it_is_spelled(ask, spelled):
    device = DeviceFactory(machine_id="2adb0997" + "0" * 24)
    DeviceFactory(machine_id="2adb1000" + "0" * 24)
    assert ask(admin.site.get_model_admin(Device), f"?q={spelled}").result_list == [device]


@pytest.mark.django_db
def test_no_form_offers_every_row_of_a_long_table(staff):
    request = RequestFactory().get("/")
    request.user = staff
    forms = [one.get_form(request) for one in admin.site._registry.values() if one.has_add_permission(request)]
    choices = [field for form in forms for field in form.base_fields.values() if isinstance(field, ModelChoiceField)]
    assert choices
    assert not {field.queryset.model for field in choices} & {one.model for one in LARGE}
