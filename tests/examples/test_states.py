"""The ten states, as a pure function: what is remembered, what just happened, and the clock."""

import pytest

from examples.desktop.lease import Lease
from examples.desktop.states import Facts, Refusal, state_of
from tests.examples.leases import DAY, HOUR, NOW

LEASE = Lease(
    jti="lease-1",
    license="4F2A-9C31-0001",
    plan="personal",
    features=(),
    iat=NOW,
    exp=NOW + 3 * DAY,
    grace_until=NOW + 10 * DAY,
    license_ends_at=NOW + 30 * DAY,
    check_in_after=NOW + 6 * HOUR,
)


def shown(now=NOW, **facts):
    usual = {"signed_in": True, "lease": LEASE, "highest_iat": NOW, "portal": "https://portal.example.com"}
    state = state_of(Facts(**{**usual, **facts}), now)
    return state.name, state.protection


def refusal(code):
    return Refusal(code, "So it is.", {"by": "Anna", "at": "2026-11-24T10:00:00Z"})


def test_nobody_signed_in_yet():
    assert shown(signed_in=False, lease=None, highest_iat=0) == ("signing_in", "off")


@pytest.mark.parametrize("later", [-299, 0, 3 * DAY - 1])
def test_protected_while_the_lease_runs(later):
    assert shown(NOW + later) == ("protected", "on")


@pytest.mark.parametrize("code", ["disconnected", "expired", "blocked"])
def test_definite_answer_takes_protection_away_at_once(code):
    assert shown(refusal=refusal(code)) == (code, "off")


@pytest.mark.parametrize("code", ["seat_limit", "choose_license"])
def test_question_for_a_seat_leaves_a_lease_alone(code):
    assert shown(refusal=refusal(code)) == (code, "on")
    assert shown(refusal=refusal(code), lease=None) == (code, "off")


@pytest.mark.parametrize("code", ["no_license", "wrong_platform", "not_started", "move_limit"])
def test_account_without_a_license_for_this_device(code):
    assert shown(refusal=refusal(code), lease=None) == ("no_license", "off")


def test_silence_changes_nothing_until_the_lease_ends():
    assert shown(NOW + 3 * DAY - 1, out_of_reach="time-out") == ("out_of_reach", "on")
    assert shown(NOW + 3 * DAY, out_of_reach="time-out") == ("limited", "limited")


def test_limited_stops_at_the_end_of_grace():
    assert shown(NOW + 10 * DAY - 1) == ("limited", "limited")
    assert shown(NOW + 10 * DAY) == ("limited", "off")


def test_offline_after_the_license_has_ended():
    assert shown(NOW + 30 * DAY) == ("expired", "off")


def test_signing_out_elsewhere_takes_nothing_before_the_lease_ends():
    assert shown(signed_in=False) == ("signing_in", "on")
    assert shown(NOW + 3 * DAY, signed_in=False) == ("limited", "limited")


def test_clock_before_the_last_lease_is_wrong_and_lengthens_nothing():
    assert shown(NOW - 301) == ("wrong_clock", "limited")
    assert shown(NOW, highest_iat=NOW + DAY) == ("wrong_clock", "limited")


def test_clock_ahead_of_the_portal_is_wrong_and_not_the_end():
    assert shown(NOW + 400 * DAY, clock_ahead=400 * DAY) == ("wrong_clock", "limited")


def test_refusal_counts_more_than_a_clock():
    assert shown(NOW - DAY, refusal=refusal("disconnected"), lease=None) == ("disconnected", "off")


def test_disconnected_says_by_whom_and_when():
    text = state_of(Facts(refusal=refusal("disconnected")), NOW).text
    assert text == "Disconnected by Anna on 24 November 2026. Sign in to use this device again."


def test_full_license_that_would_help_is_named_with_who_to_release():
    refused = Refusal("expired", "It has ended.", {"devices": [{"id": 7, "name": "Old laptop"}]})
    state = state_of(Facts(refusal=refused, portal="https://portal.example.com"), NOW)
    assert state.text == "It has ended. Release one of these, or renew it at https://portal.example.com/licenses/."
    assert state.details["devices"][0]["id"] == 7
