"""Apps to sign in with."""

import pytest
from django.test import RequestFactory
from django.utils import timezone

from tests.factories import AppFactory
from tests.foundation.oauth.apps import Product


@pytest.fixture
def app(db):
    return AppFactory(id="test-app", name="Security Cloud")


@pytest.fixture
def product(app, customer, client_of):
    """The app on Anna's computer, where she is signed in to the portal."""
    return Product(app, client_of(customer))


@pytest.fixture
def device(product):
    """The same app on a device without a browser; `no_wait` lets it ask as often as a test likes."""
    return product


@pytest.fixture
def no_wait(settings):
    settings.IDP_OIDC_DEVICE_CODE_INTERVAL = 0


def request_with(token: str = "", *, scheme: str = "Bearer", path: str = "/"):
    """Return a request as it comes past the middleware: with a moment, and this token."""
    request = RequestFactory().get(path, headers={"Authorization": f"{scheme} {token}"} if token else {})
    request.now = timezone.now()
    return request
