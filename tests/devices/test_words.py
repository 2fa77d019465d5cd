"""The sentence above the list of devices."""

import pytest

from devices.words import summary_text


@pytest.mark.parametrize(
    ("total", "protected", "attention", "unseen", "days", "text"),
    [
        (0, 0, 0, 0, 0, "No device is connected yet."),
        (1, 1, 0, 0, 0, "<strong>1 device</strong> is connected. It is protected."),
        (1, 0, 1, 0, 0, "<strong>1 device</strong> is connected. <strong>It needs attention.</strong>"),
        (1, 0, 0, 1, 9, "<strong>1 device</strong> is connected. It has not been seen for 9 days."),
        (2, 2, 0, 0, 0, "<strong>2 devices</strong> are connected. All are protected."),
        (2, 1, 0, 1, 1, "<strong>2 devices</strong> are connected. One is protected. One has not been seen for 1 day."),
        (2, 0, 2, 0, 0, "<strong>2 devices</strong> are connected. <strong>2 need attention.</strong>"),
    ],
)
def test_summary_is_made_of_whole_sentences(total, protected, attention, unseen, days, text):
    counts = {"total": total, "protected": protected, "attention": attention, "unseen": unseen, "days": days}
    assert summary_text(counts) == text
