"""Rounds of requests: the floor and the portal in turn, so that a busy minute of the machine meets both."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle, islice
from statistics import median, quantiles

from benchmarks.server import Server

CLIENTS = 8
GOOD = {200, 302}


@dataclass
class Side:
    """One of the two that are measured: where it is served, and what is sent to it."""

    server: Server
    requests: dict[str, Iterator]


@dataclass
class Row:
    """What was measured of one page or call of one side, in milliseconds and bytes."""

    cpu: list[float] = field(default_factory=list)
    one: list[float] = field(default_factory=list)
    eight: list[float] = field(default_factory=list)
    size: int = 0
    statements: float = 0
    savepoints: float = 0

    def add(self, side: Side, name: str, count: int) -> None:
        """Measure one round: one client after the other for the processor, then eight at once."""
        before = side.server.cpu()
        times, self.size = send(side.server, list(islice(side.requests[name], count)))
        self.cpu.append((side.server.cpu() - before) / count * 1000)
        self.one += times
        parts = [list(islice(side.requests[name], count // CLIENTS)) for _client in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as threads:
            for times, _size in threads.map(lambda part: send(side.server, part), parts):
                self.eight += times

    @property
    def cpu_ms(self) -> float:
        return median(self.cpu)

    @property
    def percentiles(self) -> list[float]:
        """p50 and p95 at one client, then at eight."""
        return [quantiles(times, n=20)[place] for times in (self.one, self.eight) for place in (9, 18)]


def send(server: Server, requests: list) -> tuple[list[float], int]:
    """Send requests over one connection; return how long each took, and the bytes of the last answer."""
    connection, times, body = server.connect(), [], b""
    for method, path, headers, sent in requests:
        began = time.perf_counter()
        connection.request(method, path, sent.encode(), headers)
        answer = connection.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status not in GOOD:
            raise SystemExit(f"{method} {path}: {answer.status} {body[:300]!r}")
    connection.close()
    return times, len(body)


def endless(requests: dict[str, list]) -> dict[str, Iterator]:
    """Send each request again and again, but a code only once."""
    return {name: iter(some) if name == "redeem" else cycle(some) for name, some in requests.items()}
