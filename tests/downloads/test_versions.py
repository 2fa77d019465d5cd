"""Versions are compared as people count."""

import pytest

from downloads.versions import version_key


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("21.3", "21.10"),
        ("9", "10"),
        ("21.3", "21.3.10.391"),
        ("1.0", "21.3"),
        ("4.0.1-beta", "4.0.1"),
        ("4.0.0-beta", "4.0-rc1"),
        ("4.0.1-alpha2", "4.0.1-beta"),
        ("4.0.1-beta", "4.0.1-beta2"),
        ("4.0.1-rc9", "4.0.1-rc10"),
        ("4.0.1", "4.0.1-patch1"),
        ("4.0.1-patch1", "4.0.1.1"),
        ("4.0.1-dev", "4.0.1-alpha"),
        ("", "0.1"),
        ("latest", "0.1"),
    ],
)
def test_first_is_the_lower_one(lower, higher):
    assert version_key(lower) < version_key(higher)


@pytest.mark.parametrize(("one", "other"), [("21.3", "21.3.0"), ("v21.3", "21.3"), ("4-Beta", "4.0.0 beta"), ("0", "")])
def test_both_are_the_same(one, other):
    assert version_key(one) == version_key(other)
