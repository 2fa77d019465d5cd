"""The port to which the browser brings the answer: only ours counts, and only on this computer."""

import pytest
import requests

from examples.desktop.sign_in import CallbackServer, SignInError, challenge

ISSUER = "https://portal.example.com"


@pytest.fixture
def server():
    with CallbackServer("state") as server:
        yield server


def bring(server, **answer):
    return requests.get(server.address, answer, timeout=30).status_code


def test_code_comes_through(server):
    assert bring(server, state="state", code="code") == 200
    assert server.wait_for_code(ISSUER) == "code"


def test_strange_answer_is_not_ours_and_ends_nothing(server):
    assert [bring(server, state="other", code="bad"), bring(server, code="bad")] == [400, 400]
    assert requests.get(server.address.replace("callback", "else"), {"state": "state"}, timeout=30).status_code == 400
    bring(server, state="state", code="good")
    assert server.wait_for_code(ISSUER) == "good"


def test_answer_of_another_portal_is_refused(server):
    bring(server, state="state", code="code", iss="https://elsewhere.example.com")
    with pytest.raises(SignInError, match="Another portal"):
        server.wait_for_code(ISSUER)


def test_person_who_says_no(server):
    bring(server, state="state", error="access_denied", error_description="Not today.")
    with pytest.raises(SignInError, match="Not today"):
        server.wait_for_code(ISSUER)


def test_nobody_comes(server):
    with pytest.raises(SignInError, match="Nobody"):
        server.wait_for_code(ISSUER, patience=0.01)


def test_only_this_computer_is_heard(server):
    assert server.server_address[0] == "127.0.0.1"


def test_challenge_is_that_of_the_standard():
    """RFC 7636, appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
