"""How the portal is asked: short waits, a few tries, and a clear difference between “no” and silence."""

import secrets
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

TIMEOUT = (5, 20)  # seconds to connect, and to wait for an answer
TRIES = 4
LONGEST_WAIT = 20.0  # seconds that a person waits in front of the screen; a longer wait is the schedule's


class PortalRefusedError(Exception):
    """A definite “no”: `code` for the program, `text` for the person, `members` for what else was said."""

    def __init__(self, code: str, text: str, members: dict[str, Any]):
        super().__init__(f"{code}: {text}")
        self.code, self.text, self.members = code, text, members


class PortalUnknownError(Exception):
    """No answer, or none that means anything: a time-out, 429, 5xx, a page of somebody else's network."""

    def __init__(self, reason: str, retry_after: float | None = None):
        super().__init__(reason)
        self.reason, self.retry_after = reason, retry_after


class Portal:
    def __init__(self, url: str, *, sleep: Callable[[float], None] = time.sleep, language: str = "en"):
        if not url.startswith(("https://", "http://localhost:", "http://127.0.0.1:")):
            raise ValueError("Tokens are sent over https only, or to this computer.")
        self.url = url.rstrip("/")
        self.sleep = sleep
        self.http = requests.Session()
        self.http.headers.update({"Accept": "application/json", "Accept-Language": language})

    # What a product asks

    def discover(self) -> dict[str, Any]:
        """Return where the portal's endpoints are."""
        return as_json(self.send("GET", f"{self.url}/.well-known/openid-configuration"))

    def lease_keys(self) -> dict[str, Any]:
        return as_json(self.send("GET", f"{self.url}/.well-known/lease-keys.json"))

    def licenses(self, token: str, product: str, platform: str) -> dict[str, Any]:
        return self.api("GET", "/licenses", token, params={"product": product, "platform": platform})

    def connect(self, token: str, machine_id: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.api("PUT", f"/devices/{machine_id}", token, json=body)

    def check_in(self, token: str, machine_id: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.api("POST", f"/devices/{machine_id}/check-in", token, json=body)

    def release(self, token: str, machine_id: str, device: str) -> None:
        self.api("POST", f"/devices/{machine_id}/release/{device}", token)

    def sign_out(self, token: str, machine_id: str) -> None:
        self.api("DELETE", f"/devices/{machine_id}", token)

    # How it is asked

    def api(self, method: str, path: str, token: str, **request: Any) -> dict[str, Any]:
        """Ask the API. All tries of one write carry one key, so that it happens once however often it is sent."""
        headers = {"Authorization": f"Bearer {token}"}
        if method != "GET":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        answer = self.send(method, f"{self.url}/api/v1{path}", headers=headers, **request)
        if answer.status_code == 204:
            return {}
        said = as_json(answer)
        if answer.ok:
            return said
        if not answer.headers["Content-Type"].startswith("application/problem+json") or "code" not in said:
            raise PortalUnknownError(f"status {answer.status_code}")
        raise PortalRefusedError(said["code"], said.get("detail") or said.get("title", ""), said)

    def oauth(self, endpoint: str, *, tries: int = 1, **data: str) -> dict[str, Any]:
        """Ask an endpoint of OAuth, whose refusals have a notation of their own (RFC 6749, 5.2)."""
        answer = self.send("POST", endpoint, tries=tries, data=data)
        said = as_json(answer)
        if answer.ok:
            return said
        if "error" not in said:
            raise PortalUnknownError(f"status {answer.status_code}")
        raise PortalRefusedError(said["error"], said.get("error_description", ""), said)

    def send(self, method: str, url: str, *, tries: int = TRIES, **request: Any) -> requests.Response:
        """Send a request until it is answered: growing waits with chance in them, or as long as the portal says."""
        for attempt in range(tries):
            try:
                return self.send_once(method, url, **request)
            except PortalUnknownError as unknown:
                wait = unknown.retry_after or jittered(2**attempt / 2)
                if attempt + 1 == tries or wait > LONGEST_WAIT:
                    raise
                self.sleep(wait)
        raise AssertionError("at least one try")

    def send_once(self, method: str, url: str, **request: Any) -> requests.Response:
        try:
            # A redirect is no answer of the API: it is a hotel's sign-in page.
            answer = self.http.request(method, url, timeout=TIMEOUT, allow_redirects=False, **request)
        except requests.RequestException as error:
            raise PortalUnknownError(type(error).__name__) from error
        busy = answer.status_code in (408, 425, 429) or answer.status_code >= 500 or is_in_progress(answer)
        if busy or 300 <= answer.status_code < 400:
            raise PortalUnknownError(f"status {answer.status_code}", retry_after(answer))
        return answer


def as_json(answer: requests.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError as error:
        raise PortalUnknownError("an answer that is no JSON") from error
    if not isinstance(said, dict):
        raise PortalUnknownError("an answer of another shape")
    return said


def is_in_progress(answer: requests.Response) -> bool:
    """Whether the same write, sent before, is still being done."""
    return answer.status_code == 409 and b'"in_progress"' in answer.content


def retry_after(answer: requests.Response) -> float | None:
    """Return the seconds that the portal wants us to wait; it may also name a moment (RFC 9110, 10.2.3)."""
    text = answer.headers.get("Retry-After", "")
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def jittered(seconds: float) -> float:
    """Return the same more or less, so that many devices that lost the portal do not come back at one instant."""
    return seconds * secrets.SystemRandom().uniform(0.5, 1.5)
