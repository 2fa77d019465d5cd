"""What is drawn once and remembered is still escaped by what it gets."""

from django.utils.safestring import SafeString

from portal.ui.tags import state


def test_text_is_escaped_although_a_safe_one_was_drawn_before():
    assert "<i>odd</i>" in state("ok", SafeString("<i>odd</i>"))
    assert "&lt;i&gt;odd&lt;/i&gt;" in state("ok", "<i>odd</i>")
