"""The staff area under the policy that forbids inline styles and scripts: its pages work, and none complains."""

import pytest
from playwright.sync_api import expect

from licenses.models import Plan
from portal.demo.catalog import load_catalog
from portal.demo.clients import load_clients
from portal.demo.history import load_history, load_refused_codes
from tests.factories import InstallerFactory

ADDRESSES = "links => links.map(link => link.pathname)"


@pytest.fixture
def desk(open_page, staff, customer):
    """The browser of somebody who works for the operator, with all that the demonstration knows."""
    load_catalog()
    load_clients({})
    load_history(customer)
    load_refused_codes(staff)
    InstallerFactory()
    return open_page(user=staff)


def test_every_list_and_form_opens(desk):
    """The fixture of the page fails the test when a console says anything."""
    desk.goto("/admin/")
    forms = set(desk.locator("#content-main a.addlink").evaluate_all(ADDRESSES))
    lists = set(desk.locator("#content-main .model-link, #content-main th a").evaluate_all(ADDRESSES)) - forms
    assert len(lists) >= 12
    for address in sorted(lists):
        assert desk.goto(address).ok
        forms |= set(desk.locator("#content-main .object-tools a.addlink").evaluate_all(ADDRESSES))
        forms |= set(desk.locator("#result_list th a").evaluate_all(ADDRESSES)[:1])
    assert len(forms) >= 18
    for address in sorted(forms):
        assert desk.goto(address).ok, address


def test_plan_is_made_by_hand(desk):
    desk.goto("/admin/licenses/plan/add/")
    desk.get_by_role("combobox").first.click()
    desk.get_by_role("option", name="Kaspersky Anti-Virus").click()
    desk.get_by_label("Name:", exact=True).press_sequentially("Two Servers")
    expect(desk.get_by_label("Short name")).to_have_value("two-servers")
    desk.get_by_role("button", name="Add another Seat pool").click()
    for place, seats in enumerate(("2", "5")):
        row = desk.get_by_role("row").filter(has=desk.get_by_role("checkbox")).nth(place)
        row.get_by_role("spinbutton").nth(0).fill(str(place + 1))
        row.get_by_role("spinbutton").nth(1).fill(seats)
        row.get_by_role("checkbox").nth(place).check()
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text("was added successfully")).to_be_visible()
    assert [pool.quantity for pool in Plan.objects.get(slug="two-servers").pools.all()] == [2, 5]


def test_date_is_picked_from_the_calendar(desk):
    desk.goto("/admin/licenses/codebatch/make/")
    desk.get_by_role("link", name="Today").first.click()
    desk.get_by_role("link", name="Now").first.click()
    desk.locator(".date-icon").first.click()
    expect(desk.locator(".calendarbox").first).to_be_visible()
