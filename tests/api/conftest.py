"""How programs call: JSON, a token, and problem documents when they are refused."""

import json

from django.conf import settings


def problem(answer, status: int, code: str) -> dict:
    """Assert that the answer is a problem document of this kind, and return it."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content[:500]
    document = json.loads(answer.content)
    assert {"type", "title", "status", "detail", "code"} <= set(document)
    assert (answer.status_code, document["status"], document["code"]) == (status, status, code), document
    assert document["type"] == f"{settings.PORTAL_URL}/api/#{code}"
    return document
