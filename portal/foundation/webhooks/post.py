"""Post a few bytes to an address that somebody else chose: to the host that was checked, in bounded time."""

import socket
import ssl
import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from typing import NamedTuple
from urllib.parse import SplitResult

from .addresses import PORTS, public_addresses, split

TIMEOUT = 10  # seconds, for everything together
LONGEST_ANSWER = 4096


class Answer(NamedTuple):
    status: int
    retry_after: str


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send the body and return what the receiver says; redirects are not followed.

    Raises `ValidationError` for an address that must not be called, `OSError` or `HTTPException` without an answer.
    """
    parts = split(url)
    # The name is looked up once: what was checked is what is called, whatever the name says a moment later.
    family, address = public_addresses(parts)[0]
    with socket.socket(family, socket.SOCK_STREAM) as plain:
        plain.settimeout(TIMEOUT)
        plain.connect(address)
        with speak_tls(plain, parts) as line:
            return exchange(line, parts, body, headers)


def speak_tls(plain: socket.socket, parts: SplitResult) -> socket.socket:
    if parts.scheme == "http":
        return plain
    return ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)


def exchange(line: socket.socket, parts: SplitResult, body: bytes, headers: dict[str, str]) -> Answer:
    """Send one request on an open line; a receiver that answers byte by byte is hung up on."""
    connection = HTTPConnection(parts.hostname or "")
    connection.sock = line
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    clock = threading.Timer(TIMEOUT, hang_up, [line])
    clock.daemon = True
    clock.start()
    try:
        connection.request("POST", target, body, {"Host": host_header(parts), "Connection": "close", **headers})
        answer = connection.getresponse()
        return Answer(answer.status, read_a_little(answer))
    finally:
        clock.cancel()


def read_a_little(answer: HTTPResponse) -> str:
    """Take note of what the receiver says, so that it is not cut off in mid-sentence; its words are not kept."""
    with suppress(OSError):
        answer.read(LONGEST_ANSWER)
    return answer.headers.get("Retry-After", "")


def host_header(parts: SplitResult) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return f"{host}:{parts.port}" if parts.port and parts.port != PORTS[parts.scheme] else host


def hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)
