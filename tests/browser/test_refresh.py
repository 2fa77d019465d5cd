"""The Devices page keeps itself fresh: quickly, quietly, and only while somebody looks.

How quickly is told by the page's own clock, which a test moves: a busy machine is slow, not wrong.
"""

from urllib.parse import urlsplit

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from devices.services import connect, disconnect, rename_device
from licenses.models import Product
from tests.factories import LicenseFactory


@pytest.fixture
def license(customer):
    return LicenseFactory(owner=customer)


def plug(license, name, number=1):
    facts = {"platform": "windows", "machine_id": f"{number:032x}", "name": name}
    return connect(user=license.owner, product=Product.objects.get(), **facts, at=now()).device


def asked(page):
    """Note each question of the page from now on."""
    questions = []
    page.on("request", lambda request: questions.append(request.url) if is_question(request) else None)
    return questions


def is_question(request) -> bool:
    return urlsplit(request.url).path == "/devices/overview/"


def asks_within(page, seconds) -> int:
    """Let the page's clock run; returns the status of the answer to the question that the page asks meanwhile."""
    with page.expect_response("**/overview/**") as answer:
        page.clock.run_for(seconds * 1000)
    return answer.value.status


def test_device_appears_by_itself_within_two_seconds(open_page, customer, license):
    page = open_page(user=customer)
    page.clock.install()
    page.goto("/devices/")
    expect(page.get_by_text("Your seats are waiting")).to_be_visible()
    page.evaluate("window.sameDocument = true")
    plug(license, "Study PC")
    asks_within(page, 2)
    expect(page.get_by_role("link", name="Study PC")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("1 device is connected. It is protected.")
    assert page.evaluate("window.sameDocument")


def test_device_leaves_by_itself(open_page, customer, license):
    device = plug(license, "Study PC")
    page = open_page(user=customer)
    page.goto("/devices/")
    disconnect(device=device, actor=customer, at=now())
    expect(page.get_by_role("heading", name="Disconnected devices")).to_be_visible()


def test_focus_stays_on_its_device_and_nothing_is_said_for_nothing(open_page, customer, license):
    first = plug(license, "Study PC")
    page = open_page(user=customer)
    page.goto("/devices/")
    page.get_by_role("link", name="Study PC").focus()
    plug(license, "Kitchen PC", 2)
    expect(page.get_by_role("link", name="Kitchen PC")).to_be_visible()
    expect(page.get_by_role("link", name="Study PC")).to_be_focused()
    said = page.get_by_role("status").text_content()
    page.evaluate("document.getElementById('live').textContent = ''")
    rename_device(user=customer, device=first, name="Old PC", at=now())
    expect(page.get_by_role("link", name="Old PC")).to_be_focused()
    assert (said, page.get_by_role("status").text_content()) == ("2 devices are connected. All are protected.", "")


def test_open_menu_and_marked_text_stay(open_page, customer, license):
    plug(license, "Study PC")
    page = open_page(user=customer)
    page.goto("/devices/")
    page.get_by_role("button", name="Account menu").click()
    plug(license, "Kitchen PC", 2)
    expect(page.get_by_role("link", name="Kitchen PC")).to_be_visible()
    expect(page.get_by_role("link", name="Account and security")).to_be_visible()
    page.keyboard.press("Escape")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.lead'))")
    plug(license, "Hall PC", 3)
    page.wait_for_timeout(1_500)
    assert page.evaluate("getSelection().toString()") == "2 devices are connected. All are protected."
    page.evaluate("getSelection().removeAllRanges()")
    expect(page.get_by_role("link", name="Hall PC")).to_be_visible()


def test_what_is_unchanged_is_not_sent_and_not_touched(open_page, customer, license):
    plug(license, "Study PC")
    page = open_page(user=customer)
    page.clock.install()
    page.goto("/devices/")
    page.locator(".devs").evaluate("table => { table.marked = true; }")
    assert [asks_within(page, 1) for _second in range(3)][1:] == [304, 304]
    assert page.locator(".devs").evaluate("table => table.marked")


def test_hidden_page_asks_nothing(open_page, customer, license):
    page = open_page(user=customer)
    with page.expect_response("**/overview/**"):
        page.goto("/devices/")
    page.evaluate("""() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => window.away });
      window.away = true;
      document.dispatchEvent(new Event('visibilitychange'));
    }""")
    questions = asked(page)
    page.wait_for_timeout(2_000)
    assert questions == []
    plug(license, "Study PC")
    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("link", name="Study PC")).to_be_visible()


def test_page_asks_less_often_after_a_minute(open_page, customer, license):
    page = open_page(user=customer)
    page.clock.install()
    page.goto("/devices/")
    for _second in range(5):
        asks_within(page, 1)
    page.clock.fast_forward(60_000)
    for _time in range(7):
        asks_within(page, 10)
    questions = asked(page)
    page.clock.run_for(8_000)
    page.wait_for_timeout(500)
    assert questions == []
    asks_within(page, 2.5)


def test_page_of_somebody_who_signed_out_stops_asking(open_page, customer, license):
    page = open_page(user=customer)
    page.goto("/devices/")
    with page.expect_response(lambda answer: "/overview/" in answer.url and answer.status not in (200, 304)):
        page.context.clear_cookies()
    questions = asked(page)
    page.wait_for_timeout(1_500)
    assert questions == []
    expect(page.get_by_role("heading", name="Devices", exact=True)).to_be_visible()


def test_without_a_script_a_link_refreshes(open_page, customer, license):
    page = open_page(user=customer, javascript=False)
    page.goto("/devices/")
    plug(license, "Study PC")
    page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_role("link", name="Study PC")).to_be_visible()
