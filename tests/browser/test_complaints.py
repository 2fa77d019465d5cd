"""The harness hears what a browser complains about, or every other test here would be worth less."""

import pytest

BREAK_THE_POLICY = "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">red</p>')"


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_violation_of_the_policy_is_heard(open_page, complaints, javascript):
    page = open_page(javascript=javascript)
    page.goto("/")
    with page.expect_console_message():
        page.evaluate(BREAK_THE_POLICY)
    assert [text for text in complaints if "Content Security Policy" in text]
    complaints.clear()


def test_error_of_a_script_is_heard(page, complaints):
    page.goto("/")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('broken') })")
    assert [text for text in complaints if "broken" in text]
    complaints.clear()


def test_page_that_does_not_come_is_heard(page, complaints):
    page.goto("/nothing/here/")
    assert [text for text in complaints if "404" in text]
    complaints.clear()
