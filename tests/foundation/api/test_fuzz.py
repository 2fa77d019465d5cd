"""Every header and every field with what breaks things elsewhere: whatever comes, it is no server error."""

import json

import pytest

from tests.factories import LicenseFactory, ProductFactory
from tests.foundation.api.conftest import Program, machine

pytestmark = pytest.mark.django_db


def nested(depth: int):
    value: list = []
    for _level in range(depth):
        value = [value]
    return value


HUGE = 10**400
ODD = {
    "NUL": "\x00",
    "half a character": "\ud800",
    "megabyte": "x" * 1_100_000,
    "almost a megabyte": "é" * 400_000,
    "deep": nested(400),
    "number": 10**30,
    "huge number": HUGE,
    "fraction": 1e308,
    "nothing": None,
    "yes": True,
    "list": ["x"],
    "object": {"$ref": "#"},
    "empty": "",
    "template": "{{ 7*7 }}%s%(x)s",
    "line ends": "a\r\nSet-Cookie: x=1",
    "turned": "\u202e\u2066",
}
BODIES = {
    ("PUT", f"/devices/{machine(1)}"): {
        "product": "security-cloud",
        "platform": "windows",
        "os_version": "",
        "app_version": "",
        "name": "",
        "license": "4F2A-9C31-7B60",
        "form": "",
        "nonce": "",
        "choose": False,
    },
    ("POST", f"/devices/{machine(1)}/check-in"): {
        "app_version": "",
        "os_version": "",
        "state": "protected",
        "product": "security-cloud",
        "lease": "",
        "nonce": "",
    },
}
HEADERS = ["Authorization", "Idempotency-Key", "Accept-Language", "Content-Type", "Accept", "Host", "Cookie", "X-Odd"]
# What a server lets through as a header at all.
ODD_HEADERS = [
    "\x00",
    "\xed\xa0\x80",
    "é" * 100,
    "x" * 60_000,
    "a\tb",
    "",
    ",;=\"'",
    "Bearer",
    "Bearer " * 99,
    "de;q=x",
    "*",
]


@pytest.fixture
def laptop(customer):
    product = ProductFactory(slug="security-cloud")
    LicenseFactory(owner=customer, product=product, support_key="4F2A-9C31-7B60")
    program = Program(customer)
    assert program.connect(product).status_code == 201
    program.client.raise_request_exception = False
    return program


def is_answered(answer) -> bool:
    """Whether this is an answer that a program can read, and no fault of the server."""
    if answer.status_code >= 400:
        document = json.loads(answer.content)
        return document["status"] == answer.status_code < 500 and bool(document["code"])
    return True


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("call", BODIES, ids=["connect", "check-in"])
def test_odd_field(laptop, call, odd, settings):
    settings.LIMITS = {name: (1000, window) for name, (_calls, window) in settings.LIMITS.items()}
    for field in BODIES[call]:
        answer = laptop.call(*call, {**BODIES[call], field: odd})
        assert is_answered(answer), (field, answer.content[:300])
    answer = laptop.call(*call, odd)
    assert is_answered(answer), answer.content[:300]


@pytest.mark.parametrize("header", HEADERS)
def test_odd_header(laptop, header):
    call = ("PUT", f"/devices/{machine(1)}")
    for odd in ODD_HEADERS:
        answer = laptop.call(*call, BODIES[call], **{header: odd})
        assert is_answered(answer), (odd[:50], answer.content[:300])


@pytest.mark.parametrize("place", ["/licenses?product={}", "/licenses?platform={}", "/licenses?{}", "/devices/{}"])
def test_odd_address(laptop, place):
    for odd in ["%00", "%ED%A0%80", "%FF", "x" * 60_000, "%2F%2e%2e", "%0D%0A", "1" * 500, "%F0%9F%98%80", "[]", "%"]:
        for method in ("GET", "PUT", "DELETE"):
            body = None if method == "GET" else {}
            answer = laptop.call(method, place.format(odd), body)
            assert is_answered(answer), (method, odd[:50], answer.content[:300])


@pytest.mark.parametrize("number", ["0", "-1", "9" * 30, "1e3", "1.0", "%31", "x", "%00", "1" * 5000])
def test_odd_number_of_a_device(laptop, number):
    answer = laptop.call("POST", f"/devices/{machine(2)}/release/{number}")
    assert is_answered(answer)
