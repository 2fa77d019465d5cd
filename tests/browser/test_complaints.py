"""The harness hears what a browser complains about, or every other test here would be worth less."""

import re

BREAK_THE_POLICY = "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">red</p>')"


def test_violation_of_the_policy_is_heard(page, complaints):
    page.goto("/")
    page.evaluate(BREAK_THE_POLICY)
    page.wait_for_timeout(100)
    assert [text for text in complaints if re.search("Content Security Policy", text)]
    complaints.clear()


def test_error_of_a_script_is_heard(page, complaints):
    page.goto("/")
    page.evaluate("setTimeout(() => { throw new Error('broken') })")
    page.wait_for_timeout(100)
    assert [text for text in complaints if "broken" in text]
    complaints.clear()
