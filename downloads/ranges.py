"""Send a stored file, or the part of it that was asked for (RFC 9110, sections 13 and 14)."""

import re
from typing import BinaryIO, NamedTuple

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_http_date_safe

# One range only: several are answered with the whole file, which the standard allows.
ONE_RANGE = re.compile(r"\s*bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})\s*", re.IGNORECASE | re.ASCII)


class Span(NamedTuple):
    """The bytes `start` to `end`, both included."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start + 1


class RangeBehindEndError(Exception):
    """The range lies behind the end of the file."""


def asked_span(header: str, size: int) -> Span | None:
    """Return the part that a Range header asks for; None when it asks for no part that is understood."""
    match = ONE_RANGE.fullmatch(header)
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:  # the last n bytes
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < start:
            return None
    if start >= size:
        raise RangeBehindEndError
    return Span(start, end)


def range_header(request: HttpRequest, etag: str, modified: int) -> str:
    """Return the Range header if it counts: for GET, and only while If-Range names the file as it is."""
    condition = request.headers.get("If-Range", "").strip()
    same = not condition or condition == etag or parse_http_date_safe(condition) == modified
    return request.headers.get("Range", "") if request.method == "GET" and same else ""


class FileSlice:
    """An open file cut down to a span; it has no descriptor, so that no server sends more than the span."""

    def __init__(self, file: BinaryIO, span: Span):
        file.seek(span.start)
        self.file, self.left = file, span.length

    def read(self, size: int) -> bytes:
        block = self.file.read(min(size, self.left))
        self.left -= len(block)
        return block

    def close(self) -> None:
        self.file.close()


class SliceResponse(FileResponse):
    block_size = 64 * 1024

    def drop(self) -> None:
        """Close the file when another answer is sent instead; `close` would end the request."""
        if self.file_to_stream:
            self.file_to_stream.close()


def send_file(request: HttpRequest, *, storage, name: str, size: int, etag: str, modified: int) -> HttpResponseBase:
    """Answer 200, 206, 304, 412 or 416 for a stored file; never reads more than a block into memory."""
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Last-Modified": http_date(modified)}
    if early := get_conditional_response(request, etag, modified):
        for header, value in headers.items():
            early[header] = value
        return early
    try:
        span = asked_span(range_header(request, etag, modified), size)
    except RangeBehindEndError:
        return HttpResponse(status=416, headers={"Accept-Ranges": "bytes", "Content-Range": f"bytes */{size}"})
    if span:
        headers["Content-Range"] = f"bytes {span.start}-{span.end}/{size}"
    whole = span or Span(0, size - 1)
    headers |= {"Content-Length": str(whole.length), "Content-Type": "application/octet-stream"}
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    file = FileSlice(storage.open(name, "rb"), whole)
    return SliceResponse(file, status=206 if span else 200, headers=headers)
