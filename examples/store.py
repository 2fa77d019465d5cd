"""A shop that sells licenses: places an order, renews and refunds it, and hears of changes by signed webhooks.

    python examples/store.py --demo var/demo.json order --number A-1001 --plan security-cloud-personal-3-1y \
        --email anna@example.com
    python examples/store.py --demo var/demo.json renew --number A-1001 --renewal A-1002
    python examples/store.py --demo var/demo.json refund --number A-1002
    WEBHOOK_SECRET=whsec_… python examples/store.py receive --port 8765

The client comes from the file that `make run` writes, or from STORE_CLIENT_ID and STORE_CLIENT_SECRET.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

TOLERANCE = 300  # seconds; an older message may be one that somebody recorded and sends again
LARGEST = 1024 * 1024
TIMEOUT = 20
TRIES = 4


class WebhookRefusedError(Exception):
    """This message is not from the portal, or not from now."""


# Orders


class Store:
    def __init__(self, portal: str, client_id: str, client_secret: str):
        self.api = f"{portal.rstrip('/')}/api/v1/orders"
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {get_token(portal, client_id, client_secret)}"

    def order(self, number: str, plan: str, email: str = "", codes: int = 0) -> dict[str, Any]:
        """Sell a license to an address, or codes for a shelf. The same number sold twice is one order."""
        buyer = {"email": email} if email else {"codes": codes}
        return self.ask("POST", self.api, {"number": number, "plan": plan, **buyer})

    def look(self, number: str) -> dict[str, Any]:
        return self.ask("GET", f"{self.api}/{number}")

    def renew(self, number: str, renewal: str) -> dict[str, Any]:
        """Sell another term of the same license: an order of its own, under a number of its own."""
        return self.ask("PATCH", f"{self.api}/{number}", {"action": "renew", "number": renewal})

    def end(self, number: str, action: str) -> dict[str, Any]:
        """Refund an order, or cancel it."""
        return self.ask("PATCH", f"{self.api}/{number}", {"action": action})

    def ask(self, method: str, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask until there is an answer: an order is safe to send again, because its number makes it one order."""
        for attempt in range(TRIES):
            try:
                answer = self.http.request(method, url, json=body, timeout=TIMEOUT)
            except requests.ConnectionError:
                time.sleep(2**attempt)
                continue
            if answer.status_code != 429 and answer.status_code < 500:
                return answer.json()
            time.sleep(float(answer.headers.get("Retry-After", 2**attempt)))
        raise SystemExit("The portal is out of reach. Send the same order again later.")


def get_token(portal: str, client_id: str, client_secret: str) -> str:
    """Sign in as the store itself: client credentials, no person."""
    answer = requests.post(
        f"{portal.rstrip('/')}/identity/o/api/token",
        data={"grant_type": "client_credentials", "scope": "orders"},
        auth=(client_id, client_secret),
        timeout=TIMEOUT,
    )
    if not answer.ok:
        raise SystemExit(f"The portal does not know this store: {answer.text}")
    return answer.json()["access_token"]


# Webhooks: https://www.standardwebhooks.com/


def verify(headers: Mapping[str, str], body: bytes, secret: str, now: float | None = None) -> dict[str, Any]:
    """Return what the portal says, or raise `WebhookRefusedError`. `body` is what came, not what was parsed of it."""
    headers = {name.lower(): value for name, value in headers.items()}
    try:
        message, timestamp = headers["webhook-id"], int(headers["webhook-timestamp"])
        signatures = headers["webhook-signature"].split()
    except (KeyError, ValueError) as error:
        raise WebhookRefusedError("not signed") from error
    if abs((time.time() if now is None else now) - timestamp) > TOLERANCE:
        raise WebhookRefusedError("too old, or from the future")
    expected = "v1," + sign(f"{message}.{timestamp}.".encode() + body, secret)
    # While the secret is being changed there are two signatures, of the old and of the new one: either will do.
    if not any(hmac.compare_digest(signature.encode(), expected.encode()) for signature in signatures):
        raise WebhookRefusedError("signed by somebody else")
    return json.loads(body)


def sign(content: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


class Receiver(ThreadingHTTPServer):
    """Prints each event once: the portal sends again what was not answered with 2xx, under the same id."""

    def __init__(self, port: int, secret: str):
        super().__init__(("127.0.0.1", port), Message)
        self.secret = secret
        self.seen: set[str] = set()  # a real store keeps the ids in its database, with what it did


class Message(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        try:
            body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), LARGEST))
            event = verify(dict(self.headers), body, self.server.secret)
        except (WebhookRefusedError, ValueError) as error:
            self.answer(400, str(error))
            return
        if self.headers["webhook-id"] not in self.server.seen:
            self.server.seen.add(self.headers["webhook-id"])
            print(json.dumps(event), flush=True)
        self.answer(204)

    def answer(self, status: int, problem: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(problem.encode())))
        self.end_headers()
        self.wfile.write(problem.encode())

    def log_message(self, *_arguments: object) -> None:
        """Print events only."""


# The command line


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_intermixed_args(arguments)
    if options.command == "receive":
        Receiver(options.port, os.environ["WEBHOOK_SECRET"]).serve_forever()
    store = Store(options.portal, *credentials(options.demo))
    if options.command == "order":
        answer = store.order(options.number, options.plan, options.email, options.codes)
    elif options.command == "show":
        answer = store.look(options.number)
    elif options.command == "renew":
        answer = store.renew(options.number, options.renewal)
    else:
        answer = store.end(options.number, options.command)
    print(json.dumps(answer, indent=2))
    return 1 if "code" in answer else 0  # of a problem document (RFC 9457)


def credentials(demo: Path | None) -> tuple[str, str]:
    if demo:
        store = json.loads(demo.read_text("utf-8"))["store"]
        return store["client_id"], store["client_secret"]
    return os.environ["STORE_CLIENT_ID"], os.environ["STORE_CLIENT_SECRET"]


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("command", choices=["order", "show", "renew", "refund", "cancel", "receive"])
    add("--portal", default="http://localhost:8000")
    add("--demo", type=Path, help="the demo.json of `make run`")
    add("--number", help="the store's own number of the order")
    add("--renewal", help="for renew: the store's own number of the new order")
    add("--plan", default="security-cloud-personal-3-1y")
    add("--email", default="", help="who gets the license")
    add("--codes", type=int, default=1, help="without --email: how many codes")
    add("--port", type=int, default=8765, help="for receive")
    return parser


if __name__ == "__main__":
    sys.exit(main())
