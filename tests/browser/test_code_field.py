"""The activation code field under real keys: hyphens come by themselves, and the caret never jumps.

In the tables `|` is the caret.
"""

import re

import pytest
from playwright.sync_api import expect

CODE = "7KQ2M-X4TDA-9RHFC-W3NBP-0SYGV"
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
}
PASTED = {
    "with hyphens": ("|", CODE, f"{CODE}|"),
    "lower case, no hyphens": ("|", CODE.replace("-", "").lower(), f"{CODE}|"),
    "with spaces and a line's end": ("|", f"  {CODE.replace('-', ' ')}\n", f"{CODE}|"),
    "look-alikes and long hyphens": ("|", CODE.replace("0", "O").replace("-", "–"), f"{CODE}|"),
    "Cyrillic twins": ("|", CODE.replace("H", "Н").replace("B", "В"), f"{CODE}|"),
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


def test_keyboards_of_phones_are_told_what_a_code_is(field):
    wanted = {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}
    for name, value in wanted.items():
        expect(field).to_have_attribute(name, value)
