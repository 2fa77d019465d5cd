"""How the example asks: growing waits, as long as the portal says, the same write only once, and silence is no “no”."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from examples.desktop.portal import Portal, PortalRefusedError, PortalUnknownError

LEASE = (200, {}, {"lease": "x"})
REFUSED = (409, {"Content-Type": "application/problem+json"}, {"code": "seat_limit", "detail": "Full.", "devices": []})


class Scripted(BaseHTTPRequestHandler):
    """A portal that answers as the test wrote down, the last answer again and again."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(self)
        script = self.server.script
        status, headers, body = script.pop(0) if len(script) > 1 else script[0]
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": len(content), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    server.asked, server.script = [], []
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ask(server):
    """Return a function that checks in at a portal with this script; `ask.waits` are the seconds it waited."""

    def ask(*script):
        server.script[:] = script
        portal = Portal(f"http://127.0.0.1:{server.server_port}", sleep=ask.waits.append)
        with portal.http:
            return portal.check_in("token", "a" * 32, {"state": "protected"})

    ask.waits = []
    return ask


def test_answer_comes_through(ask):
    assert (ask(LEASE), ask.waits) == ({"lease": "x"}, [])


def test_refusal_is_definite_and_asked_for_once(ask, server):
    with pytest.raises(PortalRefusedError) as refused:
        ask(REFUSED)
    assert (refused.value.code, refused.value.text, refused.value.members["devices"]) == ("seat_limit", "Full.", [])
    assert len(server.asked) == 1


def test_waits_grow_and_differ(ask):
    with pytest.raises(PortalUnknownError):
        ask((503, {}, b""))
    low, high = [0.25, 0.5, 1.0], [0.75, 1.5, 3.0]
    assert all(least <= wait <= most for least, wait, most in zip(low, ask.waits, high, strict=True))


def test_portal_says_how_long_to_wait(ask):
    assert ask((429, {"Retry-After": 7}, {}), LEASE) == {"lease": "x"}
    assert ask.waits == [7]


def test_long_wait_is_left_to_the_schedule(ask):
    with pytest.raises(PortalUnknownError) as unknown:
        ask((429, {"Retry-After": 900}, {}))
    assert (unknown.value.retry_after, ask.waits) == (900, [])


def test_moment_of_a_long_wait_is_understood(ask):
    with pytest.raises(PortalUnknownError) as unknown:
        ask((503, {"Retry-After": "Fri, 31 Dec 2999 23:59:59 GMT"}, b""))
    assert unknown.value.retry_after > 86_400


def test_all_tries_of_a_write_carry_one_key(ask, server):
    ask((503, {}, b""), (502, {}, b""), LEASE)
    ask(LEASE)
    keys = [request.headers["Idempotency-Key"] for request in server.asked]
    assert keys[0] == keys[1] == keys[2] != keys[3]


def test_write_that_is_still_being_done_is_asked_for_again(ask):
    assert ask((409, {"Content-Type": "application/problem+json"}, {"code": "in_progress"}), LEASE) == {"lease": "x"}


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"Content-Type": "text/html"}, b"<p>Welcome to our hotel."),
        (200, {}, b"[]"),
        (302, {"Location": "http://127.0.0.1:1/"}, b""),
        (403, {}, {"code": "blocked"}),
        (404, {"Content-Type": "text/html"}, b"<p>Not here."),
        (500, {"Content-Type": "application/problem+json"}, {"code": "blocked"}),
    ],
    ids=["page", "list", "redirect", "no problem document", "error page", "server error"],
)
def test_what_is_no_answer_of_the_portal_is_silence(ask, answer):
    with pytest.raises(PortalUnknownError):
        ask(answer)


def test_nobody_there_is_silence():
    with pytest.raises(PortalUnknownError, match="ConnectionError"):
        Portal("http://127.0.0.1:1", sleep=lambda _seconds: None).lease_keys()


@pytest.mark.parametrize("url", ["http://portal.example.com", "http://localhost.example.com", "ftp://localhost:8000"])
def test_tokens_are_not_sent_in_the_clear(url):
    with pytest.raises(ValueError, match="https only"):
        Portal(url)
