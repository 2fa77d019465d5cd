"""The example product against the real portal, over a network that a test can cut."""

import time
from urllib.parse import urlsplit

import pytest
import requests

from examples.desktop import sign_in
from examples.desktop.portal import Portal
from examples.desktop.product import Product, Setup
from licenses.models import Product as SoldProduct
from portal.foundation.oauth.services import register_client
from tests.examples.wire import Wire
from tests.factories import LicenseFactory, PlanFactory, ProductFactory


class Clock:
    """The device's clock, which a test moves."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def wire(live_server, settings):
    """The network; its address is the portal's."""
    wire = Wire(live_server.thread.port)
    settings.PORTAL_URL = wire.url
    yield wire
    wire.close()


@pytest.fixture
def license(customer):
    """Anna's license for one device."""
    return license_of(customer)


def license_of(owner, seats: int = 1):
    product = SoldProduct.objects.filter(slug="security-cloud").first() or ProductFactory(slug="security-cloud")
    return LicenseFactory(owner=owner, product=product, terms__plan=PlanFactory(product=product, seats=seats))


@pytest.fixture
def device(wire, clock, tmp_path):
    """Return a function that makes a machine with the example on it: `device(2)` is another one than `device()`."""
    register_client(id="demo-windows", name="Demonstration for Windows", kind="native")

    def device(number: int = 1) -> Product:
        setup = Setup(
            portal=wire.url,
            client_id="demo-windows",
            product="security-cloud",
            machine_id=f"{number:x}".rjust(32, "e"),  # none that a factory makes
            platform="windows",
            name=f"Computer {number}",
            os_version="Windows 11",
            folder=tmp_path / str(number),
        )
        product = Product(setup, clock=clock, portal=Portal(wire.url, sleep=lambda _seconds: None))
        products.append(product)
        return product

    products: list[Product] = []
    yield device
    for product in products:
        product.portal.http.close()


@pytest.fixture
def tokens_of(client_of):
    """Return a function that lets a person sign in to a product with their browser, as `get_tokens` wants it."""

    def tokens_of(user, product: Product, wishes=None, browser=None):
        browser = browser or client_of(user)

        def visit(url: str) -> None:
            answer = browser.get(urlsplit(url)._replace(scheme="", netloc="").geturl())
            page = requests.get(answer["Location"], timeout=30)
            assert page.status_code == 200, page.text

        return lambda: sign_in.by_browser(product.portal, product.client, visit, wishes or {})

    return tokens_of


@pytest.fixture
def protected(device, license, customer, tokens_of):
    """Anna's computer, on which she signed in."""
    product = device()
    assert product.sign_in(tokens_of(customer, product)).name == "protected"
    return product
