"""Sign in without ever seeing a password: in the person's own browser (RFC 8252), or by a code (RFC 8628)."""

import base64
import hashlib
import hmac
import queue
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from .portal import Portal, PortalRefusedError, PortalUnknownError
from .storage import Tokens

SCOPE = "openid email devices"
PATIENCE = 300  # seconds that a person may take in the browser
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
DONE = "You are signed in. You can close this window and go back to the program."
PAGE = "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>Sign-in</title><p>{}</p>"
NOT_DONE = "This did not work. Go back to the program and try again."


class SignInError(Exception):
    """Nobody signed in; the text says why."""


@dataclass(frozen=True)
class Client:
    """This product as the portal knows it, and this device as its owner will see it."""

    id: str
    device_name: str


# Wishes that go with the question: else the browser signs in whoever signed in before, and asks nothing.
ANOTHER_ACCOUNT = {"prompt": "select_account"}
ASK_FOR_PASSWORD = {"max_age": "240"}  # if it was last asked for longer ago than so many seconds


def by_browser(portal: Portal, client: Client, visit: Callable[[str], None], wishes: dict[str, str]) -> Tokens:
    """Let the person sign in at the portal; the browser then brings a code to a port of this computer."""
    endpoints = portal.discover()
    secret = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    with CallbackServer(secret["state"]) as server:
        question = {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": server.address,
            "scope": SCOPE,
            "state": secret["state"],
            "nonce": secret["nonce"],
            "code_challenge": challenge(secret["verifier"]),
            "code_challenge_method": "S256",
            **wishes,
        }
        visit(f"{endpoints['authorization_endpoint']}?{urlencode(question)}")
        code = server.wait_for_code(endpoints["issuer"])
        # Once only: a code that is sent twice looks like a stolen one, and all its tokens end.
        answer = portal.oauth(
            endpoints["token_endpoint"],
            grant_type="authorization_code",
            client_id=client.id,
            code=code,
            redirect_uri=server.address,
            code_verifier=secret["verifier"],
            device_name=client.device_name,
        )
    claims = read_id_token(answer.get("id_token", ""), portal, endpoints, client.id, secret["nonce"])
    return tokens_of(answer, email=claims.get("email", ""))


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def read_id_token(token: str, portal: Portal, endpoints: dict[str, Any], client_id: str, nonce: str) -> dict[str, Any]:
    """Return what the portal says about the person, if it says it to us, now."""
    keys = {key["kid"]: key for key in portal.send("GET", endpoints["jwks_uri"]).json()["keys"]}
    try:
        key = jwt.PyJWK(keys[jwt.get_unverified_header(token)["kid"]], algorithm="RS256")
        claims = jwt.decode(
            token, key, algorithms=["RS256"], audience=client_id, issuer=endpoints["issuer"], leeway=300
        )
    except (jwt.PyJWTError, KeyError) as error:
        raise SignInError(
            f"The portal's answer is not to be trusted: {error}. Is this computer's clock right?"
        ) from error
    if not hmac.compare_digest(claims.get("nonce", ""), nonce):
        raise SignInError("The portal answered to another question.")
    return claims


class CallbackServer(ThreadingHTTPServer):
    """Listens on a free port of this computer only, until the browser has brought the answer."""

    def __init__(self, state: str):
        super().__init__(("127.0.0.1", 0), Callback)
        self.state = state
        self.answers: queue.Queue[dict[str, str]] = queue.Queue()
        self.address = f"http://127.0.0.1:{self.server_port}/callback"
        threading.Thread(target=self.serve_forever, args=[0.1], daemon=True).start()

    def wait_for_code(self, issuer: str, patience: float = PATIENCE) -> str:
        try:
            answer = self.answers.get(timeout=patience)
        except queue.Empty:
            raise SignInError("Nobody signed in.") from None
        if answer.get("iss", issuer) != issuer:  # RFC 9207: the answer of another portal
            raise SignInError("Another portal answered.")
        if "code" not in answer:
            raise SignInError(answer.get("error_description") or answer.get("error", "No code came."))
        return answer["code"]

    def __exit__(self, *details: Any) -> None:
        self.shutdown()
        super().__exit__(*details)


class Callback(BaseHTTPRequestHandler):
    server: CallbackServer

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        answer = {name: values[0] for name, values in parse_qs(address.query).items()}
        # An answer with another state is somebody else's: it is refused, and we go on waiting for ours.
        same = hmac.compare_digest(answer.get("state", "").encode(), self.server.state.encode())
        ours = same and address.path == "/callback"
        self.say(DONE if ours and "code" in answer else NOT_DONE, 200 if ours else 400)
        if ours:
            self.server.answers.put(answer)

    def say(self, text: str, status: int) -> None:
        page = PAGE.format(text).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_arguments: object) -> None:
        """Write no log: the address holds the code."""


def by_code(portal: Portal, client: Client, show: Callable[[dict[str, Any]], None]) -> Tokens:
    """Show a code, and ask again and again until a person has entered it in a browser on any device."""
    endpoints = portal.discover()
    begun = portal.oauth(
        endpoints["device_authorization_endpoint"],
        client_id=client.id,
        scope=SCOPE,
        device_name=client.device_name,
    )
    show(begun)
    answer = wait_for_person(portal, endpoints["token_endpoint"], client, begun)
    person = portal.send(
        "GET", endpoints["userinfo_endpoint"], headers={"Authorization": f"Bearer {answer['access_token']}"}
    ).json()
    return tokens_of(answer, email=person.get("email", ""))


def wait_for_person(portal: Portal, endpoint: str, client: Client, begun: dict[str, Any]) -> dict[str, Any]:
    wait, end = begun.get("interval", 5), time.monotonic() + begun["expires_in"]
    while time.monotonic() < end:
        portal.sleep(wait)
        try:
            return portal.oauth(endpoint, grant_type=DEVICE_CODE, client_id=client.id, device_code=begun["device_code"])
        except PortalUnknownError:
            wait = min(wait * 2, 60)
        except PortalRefusedError as refusal:
            if refusal.code == "slow_down":
                wait += 5
            elif refusal.code != "authorization_pending":
                raise SignInError(refusal.text or refusal.code) from refusal
    raise SignInError("Nobody entered the code in time.")


def tokens_of(answer: dict[str, Any], *, email: str) -> Tokens:
    try:
        return Tokens(answer["access_token"], answer["refresh_token"], email)
    except KeyError as error:
        raise PortalUnknownError(f"an answer without {error}") from error
