"""The activation code field under real keys: hyphens come by themselves, and the caret never jumps.

In the tables `|` is the caret.
"""

import re

import pytest
from playwright.sync_api import expect

CODE = "7KQ2M-X4TDA-9RHFC-W3NBP-0SYGV"
WHOLE = "B0280-XZAWT-VF40D-39WJV-1PG4T"  # their check symbols fit
OTHER = "4GAW6-MEGGX-HQ8NR-1K29Z-1JXSW"
WRONG = "4GAW6-MEGGX-HQ8NR-1K29Z-1JXSV"
CARET = "f => f.value.slice(0, f.selectionStart) + '|' + f.value.slice(f.selectionEnd)"
PUT_CARET = "(f, at) => f.setSelectionRange(at, at)"

TYPED = {
    "first symbols": ("|", "abcd", "ABCD|"),
    "a full group": ("|", "abcde", "ABCDE|"),
    "hyphen comes with the sixth": ("|", "abcdef", "ABCDE-F|"),
    "typed hyphens do no harm": ("|", "abcde-f-g", "ABCDE-FG|"),
    "look-alikes": ("|", "oil0", "0110|"),
    "in the middle": ("AB|CDE-FGH", "x", "ABX|CD-EFGH"),
    "at the end of a group": ("ABCDE|-FGH", "x", "ABCDE-X|FGH"),
    "behind a hyphen": ("ABCDE-|FGH", "x", "ABCDE-X|FGH"),
    "at the start": ("|ABCDE-FGH", "xy", "XY|ABC-DEFGH"),
}
PRESSED = {
    "symbol left of the caret": ("ABC|DE-FGH", "Backspace", "AB|DEF-GH"),
    "symbol right of the caret": ("ABC|DE-FGH", "Delete", "ABC|EF-GH"),
    "back across a hyphen": ("ABCDE-|FGH", "Backspace", "ABCD|F-GH"),
    "forward across a hyphen": ("ABCDE|-FGH", "Delete", "ABCDE|-GH"),
    "the hyphen goes with the sixth": ("ABCDE-F|", "Backspace", "ABCDE|"),
    "all the way": ("A|", "Backspace", "|"),
    "nothing to the left": ("|ABC", "Backspace", "|ABC"),
    "all selected": ("ABCDE-FGH|", "Control+A Backspace", "|"),
    "one word": ("ABCDE-FGH|", "Control+Backspace", "ABCDE|"),
    "everything back": ("ABC|", "Backspace Control+Z", "ABC|"),
    "back across a hyphen, and everything back": ("ABCDE-|FGH", "Backspace Control+Z Control+Z", "ABCDE-|FGH"),
}
PASTED = {
    "with hyphens": ("|", CODE, f"{CODE}|"),
    "lower case, no hyphens": ("|", CODE.replace("-", "").lower(), f"{CODE}|"),
    "with spaces and a line's end": ("|", f"  {CODE.replace('-', ' ')}\n", f"{CODE}|"),
    "look-alikes and long hyphens": ("|", CODE.replace("0", "O").replace("-", "–"), f"{CODE}|"),
    "Cyrillic twins": ("|", CODE.replace("H", "Н").replace("B", "В"), f"{CODE}|"),
    "a line of a mail": ("|", f"Activation code: {CODE}", f"{CODE}|"),
    "half a mail, quoted": ("ABC|DE", f"> Order 10045567\n> Your code: {CODE}\nRegards", f"{CODE}|"),
    "one symbol more": (f"{WHOLE[:-1]}|", "TX", f"{WHOLE}|"),
    "two codes stay for the person to choose": ("|", f"{WHOLE} {OTHER}", f"{WHOLE} {OTHER}|"),
    "no code in it": ("|", "We send your code in a second message", "We send your code in a second message|"),
    "into the middle": ("AB|CDE-FGH", "xyz", "ABXYZ|-CDEFG-H"),
}


@pytest.fixture
def field(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/licenses/add/")
    return page.get_by_label("Activation code", exact=True)


def put(field, before: str):
    field.fill(before.replace("|", ""))
    field.evaluate(PUT_CARET, before.index("|"))


def test_typing(field):
    found = {}
    for name, (before, keys, _after) in TYPED.items():
        put(field, before)
        field.press_sequentially(keys)
        found[name] = (before, keys, field.evaluate(CARET))
    assert found == TYPED


def test_deleting(field):
    found = {}
    for name, (before, keys, _after) in PRESSED.items():
        put(field, before)
        for key in keys.split():
            field.press(key)
        found[name] = (before, keys, field.evaluate(CARET))
    assert found == PRESSED


def test_pasting(field):
    found = {}
    for name, (before, text, _after) in PASTED.items():
        put(field, before)
        field.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        field.press("Control+V")
        found[name] = (before, text, field.evaluate(CARET))
    assert found == PASTED


def test_input_method_is_left_alone_until_it_is_done(field):
    """Keyboards of phones compose whole words: to rewrite the field meanwhile would double what was typed."""
    browser = field.page.context.new_cdp_session(field.page)
    put(field, "ABC|")
    for text in ("d", "de", "def", "defg"):
        browser.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        assert field.evaluate(CARET) == f"ABC{text}|"
    browser.send("Input.insertText", {"text": "defg"})
    assert field.evaluate(CARET) == "ABCDE-FG|"


def test_input_method_in_the_middle(field):
    browser = field.page.context.new_cdp_session(field.page)
    put(field, "ABC|DE-FGH")
    browser.send("Input.imeSetComposition", {"text": "xy", "selectionStart": 2, "selectionEnd": 2})
    browser.send("Input.insertText", {"text": "xy"})
    assert field.evaluate(CARET) == "ABCXY|-DEFGH"


def test_mistakes_are_named_while_typing(field):
    hint = field.page.locator("[data-code-hint]")
    field.press_sequentially("ab!c")
    expect(field).to_have_value("ABC")
    field.fill("")
    field.press_sequentially("abcdeé")
    expect(hint).to_have_text(re.compile("No code has the symbol “É”"))
    field.press("Backspace")
    expect(hint).to_be_empty()


def test_what_was_typed_can_be_taken_back(field):
    field.press_sequentially("abcdef")
    expect(field).to_have_value("ABCDE-F")
    for _press in range(20):
        field.press("Control+Z")
    expect(field).to_have_value("")
    for _press in range(20):
        field.press("Control+Shift+Z")
    expect(field).to_have_value("ABCDE-F")


def test_text_that_is_no_code_is_said_to_be_none(field):
    hint = field.page.locator("[data-code-hint]")
    field.fill(f"{WHOLE} or {OTHER}")
    expect(hint).to_have_text(re.compile("more than one code"))
    field.fill("We send your code in a second message")
    expect(hint).to_have_text(re.compile("longer than a code"))


def test_only_the_wrong_group_is_marked_and_one_message_speaks(field):
    page, hint = field.page, field.page.locator("[data-code-hint]")
    field.fill(WRONG)
    expect(field).to_have_attribute("data-wrong", "5")
    page.get_by_role("button", name="Continue").click()
    error = page.locator("#code-error")
    expect(error).to_have_text(re.compile("typing mistake in group 5"))
    expect(field).to_have_attribute("data-wrong", "5")
    expect(hint).to_be_empty()
    field.press("Backspace")
    expect(error).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(field).not_to_have_attribute("data-wrong", "5")
    field.press_sequentially("v")
    expect(field).to_have_accessible_description(re.compile("^Group 5 has a typing mistake. 25 characters."))


@pytest.mark.parametrize("width", [320, 360, 375])
def test_phones_do_not_zoom_into_the_field(open_page, customer, width):
    page = open_page(width, user=customer)
    for address in ("/licenses/add/", "/licenses/"):
        page.goto(address)
        field = page.get_by_role("textbox", name="Add activation code")
        field.fill(CODE)
        assert field.evaluate("f => parseFloat(getComputedStyle(f).fontSize)") >= 16
        assert field.evaluate("f => f.scrollWidth <= f.clientWidth")


def test_field_and_button_of_the_start_page_end_at_one_edge(field):
    button = field.page.get_by_role("button", name="Continue")
    edges = [place.bounding_box() for place in (field, button)]
    assert edges[0]["x"] + edges[0]["width"] == pytest.approx(edges[1]["x"] + edges[1]["width"], abs=0.5)


def test_field_has_the_cursor(field):
    expect(field).to_be_focused()


def test_keyboards_of_phones_are_told_what_a_code_is(field):
    wanted = {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}
    for name, value in wanted.items():
        expect(field).to_have_attribute(name, value)
