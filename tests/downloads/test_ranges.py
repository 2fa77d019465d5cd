"""Which bytes are sent for which headers (RFC 9110, sections 13 and 14)."""

import pytest
from django.utils.http import http_date

from tests.downloads.conftest import EXE, body, sha256

SIZE = len(EXE)


@pytest.fixture
def get(client_of, customer, licensed):
    return lambda **headers: client_of(customer).get(licensed.get_absolute_url(), headers=headers)


RANGES = [
    # asked, status, first byte, last byte
    ("bytes=0-99", 206, 0, 99),
    ("bytes=0-0", 206, 0, 0),
    ("bytes=100-", 206, 100, SIZE - 1),
    ("bytes=-10", 206, SIZE - 10, SIZE - 1),
    ("bytes=-99999", 206, 0, SIZE - 1),
    ("bytes=1000-99999", 206, 1000, SIZE - 1),
    ("BYTES = 5 - 9", 206, 5, 9),
    (f"bytes={SIZE}-", 416, None, None),
    ("bytes=99999-100000", 416, None, None),
    ("bytes=-0", 416, None, None),
    ("bytes=9-5", 200, 0, SIZE - 1),
    ("bytes=-", 200, 0, SIZE - 1),
    ("bytes=a-b", 200, 0, SIZE - 1),
    ("bytes=0-" + "9" * 5000, 200, 0, SIZE - 1),
    ("bytes=٠-٩", 200, 0, SIZE - 1),
    ("bytes=0-1,5-6", 200, 0, SIZE - 1),
    ("lines=0-1", 200, 0, SIZE - 1),
    ("", 200, 0, SIZE - 1),
]


@pytest.mark.parametrize(("asked", "status", "first", "last"), RANGES)
def test_range(get, asked, status, first, last):
    answer = get(range=asked)
    assert answer.status_code == status
    assert answer["Accept-Ranges"] == "bytes"
    if status == 416:
        assert (answer["Content-Range"], body(answer)) == (f"bytes */{SIZE}", b"")
        return
    sent = body(answer)
    assert sent == EXE[first : last + 1]
    assert int(answer["Content-Length"]) == len(sent)
    assert answer.get("Content-Range") == (f"bytes {first}-{last}/{SIZE}" if status == 206 else None)


def conditions(installer) -> dict[str, str]:
    modified = int(installer.released_at.timestamp())
    return {
        "tag": f'"{installer.sha256}"',
        "weak tag": f'W/"{installer.sha256}"',
        "other tag": '"other"',
        "date": http_date(modified),
        "earlier": http_date(modified - 60),
        "later": http_date(modified + 60),
        "nonsense": "yesterday",
    }


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If-Range", "tag", 206),
        ("If-Range", "date", 206),
        ("If-Range", "weak tag", 200),
        ("If-Range", "other tag", 200),
        ("If-Range", "earlier", 200),
        ("If-Range", "later", 200),
        ("If-Range", "nonsense", 200),
        ("If-None-Match", "tag", 304),
        ("If-None-Match", "weak tag", 304),
        ("If-None-Match", "other tag", 206),
        ("If-Modified-Since", "date", 304),
        ("If-Modified-Since", "earlier", 206),
        ("If-Modified-Since", "nonsense", 206),
        ("If-Match", "tag", 206),
        ("If-Match", "other tag", 412),
        ("If-Unmodified-Since", "earlier", 412),
    ],
)
def test_condition(get, licensed, header, value, status):
    answer = get(**{header: conditions(licensed)[value], "Range": "bytes=10-19"})
    assert answer.status_code == status
    assert body(answer) == {206: EXE[10:20], 200: EXE}.get(status, b"")


def test_head_tells_all_and_sends_nothing(client_of, customer, licensed):
    answer = client_of(customer).head(licensed.get_absolute_url(), headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer["Content-Length"]) == SIZE
    assert answer["ETag"] == f'"{licensed.sha256}"'


def test_two_halves_make_the_whole(get, licensed):
    first = get(range="bytes=0-499")
    rest = get(range="bytes=500-", if_range=first["ETag"])
    assert sha256(body(first) + body(rest)) == licensed.sha256
