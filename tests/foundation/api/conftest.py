"""How programs call: JSON, a token, and problem documents when they are refused."""

import json

from django.conf import settings
from django.test import Client

from tests.factories import SignInFactory, give_token


class Program:
    """A product on a device that somebody signed in to; what it sends is JSON with its token."""

    def __init__(self, user=None, *, scopes: str = "openid devices", sign_in=None, token: str = ""):
        self.sign_in = sign_in or (SignInFactory(user=user) if user else None)
        self.token = token or give_token(self.sign_in, scopes=scopes)
        self.client = Client()

    def call(self, method: str, path: str, body=None, **headers):
        said = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return self.client.generic(
            method, f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}", **headers}, **said
        )

    def connect(self, product, number: int = 1, *, headers: dict | None = None, **facts):
        said = {"product": product.slug, "platform": "windows", "name": "Anna’s laptop", **facts}
        return self.call("PUT", f"/devices/{machine(number)}", said, **(headers or {}))

    def check_in(self, number: int = 1, *, headers: dict | None = None, **facts):
        said = {"app_version": "", "os_version": "", "state": "protected", **facts}
        return self.call("POST", f"/devices/{machine(number)}/check-in", said, **(headers or {}))

    def sign_out(self, number: int = 1, query: str = "", **headers):
        return self.call("DELETE", f"/devices/{machine(number)}{query}", **headers)

    def release(self, device, number: int = 1, **headers):
        return self.call("POST", f"/devices/{machine(number)}/release/{device.pk}", **headers)


def machine(number: int | str) -> str:
    return number if isinstance(number, str) else f"{number:032x}"


def problem(answer, status: int, code: str) -> dict:
    """Assert that the answer is a problem document of this kind, and return it."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content[:500]
    document = json.loads(answer.content)
    assert {"type", "title", "status", "detail", "code"} <= set(document)
    assert (answer.status_code, document["status"], document["code"]) == (status, status, code), document
    assert document["type"] == f"{settings.PORTAL_URL}/api/#{code}"
    assert answer.headers["Cache-Control"] == "no-store"
    return document
