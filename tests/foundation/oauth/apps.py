"""An app on a device, as the portal meets it: what it sends to each endpoint, without a library."""

import base64
import hashlib
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

CALLBACK = "http://127.0.0.1:5123/callback"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
AUTHORIZE = "/identity/o/authorize"
TOKEN = "/identity/o/api/token"
REVOKE = "/identity/o/api/revoke"
DEVICE_CODE = "/identity/o/api/device/code"
USERINFO = "/identity/o/api/userinfo"
ACTIVATE = "/activate/"


def s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Product:
    """One installation of an app. `browser` is the customer's; the app itself has no cookies."""

    def __init__(self, app, browser: Client | None = None):
        self.app, self.browser = app, browser
        self.verifier = secrets.token_urlsafe(48)

    def question(self, **changes) -> dict:
        """What the app asks the authorize endpoint; a change to None leaves a parameter out."""
        asked = {
            "client_id": self.app.pk,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "openid email devices",
            "state": "state-of-the-app",
            "code_challenge": s256(self.verifier),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def authorize(self, **changes):
        return self.browser.get(AUTHORIZE, self.question(**changes))

    def code(self, **changes) -> str:
        return answer_in(self.authorize(**changes))["code"]

    def post(self, address: str, **fields):
        form = urlencode({"client_id": self.app.pk, **fields})
        return Client().post(address, form, content_type="application/x-www-form-urlencoded")

    def redeem(self, code: str, **changes):
        fields = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": self.verifier}
        return self.post(TOKEN, **{**fields, "code": code, **changes})

    def sign_in(self, **changes) -> dict:
        return self.redeem(self.code(), **changes).json()

    def refresh(self, token: str, **changes):
        return self.post(TOKEN, **{"grant_type": "refresh_token", "refresh_token": token, **changes})

    def ask_for_code(self, **changes):
        return self.post(DEVICE_CODE, **{"scope": "openid devices", **changes})

    def poll(self, device_code: str, **changes):
        return self.post(TOKEN, **{"grant_type": DEVICE_GRANT, "device_code": device_code, **changes})

    def userinfo(self, token: str):
        return Client().get(USERINFO, headers={"Authorization": f"Bearer {token}"})


def answer_in(response) -> dict:
    """The answer that a redirect carries to the app."""
    assert response.status_code == 302, response.content
    assert response["Location"].startswith(CALLBACK), response["Location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}
