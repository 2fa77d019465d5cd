"""The browser's reading of a code and the server's are the same: both are held to `code_vectors.json`."""

import json
from pathlib import Path

VECTORS = json.loads((Path(__file__).parent.parent / "licenses" / "code_vectors.json").read_text("utf-8"))

READ = """async inputs => {
  const code = await import('/static/js/code.js');
  return inputs.map(input => {
    const normalized = code.normalize(input);
    return [normalized, code.display(normalized), code.badSymbols(normalized), code.wrongGroups(normalized),
      code.candidates(input).map(code.display)];
  });
}"""
CARETS = """async counts => {
  const { caretAt } = await import("/static/js/code.js");
  return counts.map(count => caretAt(count));
}"""
GROUP_TO_NAME = "async ([text, caret]) => (await import('/static/js/code.js')).groupToName(text, caret) ?? null"


def test_browser_answers_as_the_vectors_say(page):
    page.goto("/")
    found = page.evaluate(READ, [vector["input"] for vector in VECTORS])
    keys = ("normalized", "display", "bad_symbols", "wrong_groups", "found")
    wanted = [[vector[key] for key in keys] for vector in VECTORS]
    assert len(found) >= 40
    assert found == wanted


def test_caret_stays_behind_its_symbol(page):
    page.goto("/")
    assert page.evaluate(CARETS, [0, 1, 5, 6, 10, 11, 25]) == [0, 1, 5, 7, 11, 13, 29]


def test_wrong_group_is_named_once_it_is_left(page):
    page.goto("/")
    typo = next(vector for vector in VECTORS if vector["note"] == "one wrong symbol in group 2")["normalized"]
    cases = {(20, 20): None, (21, 21): 2, (21, 8): None, (25, 8): 2}
    for (length, caret), group in cases.items():
        assert page.evaluate(GROUP_TO_NAME, [typo[:length], caret]) == group
