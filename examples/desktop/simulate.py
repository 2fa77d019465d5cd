"""Many devices at once, to see how long the portal takes: `python -m examples.desktop simulate --tokens FILE`.

Each device connects once, at a moment of its own, and then checks in about once a minute, which is far more often than
products do (every six hours). The file holds access tokens, one a line. The portal lets an account connect 30 times an
hour and a device check in 60 times an hour, so more than 30 devices need more than one account.
"""

import argparse
import hashlib
import heapq
import secrets
import statistics
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from .portal import Portal, PortalRefusedError, PortalUnknownError

BETWEEN = (61, 75)  # seconds between two check-ins of a device: just below the portal's limit
THREADS = 32
chance = secrets.SystemRandom()


@dataclass
class Device:
    token: str
    machine_id: str
    number: int
    connected: bool = False


@dataclass
class Figures:
    """How long each kind of call took, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def add(self, kind: str, seconds: float, error: str = "") -> None:
        with self.lock:
            self.seconds[kind].append(seconds)
            if error:
                self.errors[f"{kind}: {error}"] += 1

    def __str__(self) -> str:
        lines = [f"{'call':10}{'number':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'most ms':>9}"]
        for kind, seconds in self.seconds.items():
            cuts = statistics.quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else seconds * 99
            columns = [cuts[49], cuts[94], cuts[98], max(seconds)]
            lines.append(f"{kind:10}{len(seconds):8}" + "".join(f"{1000 * value:9.0f}" for value in columns))
        lines.append(f"errors: {self.errors.total()}")
        return "\n".join(lines + [f"  {count} × {error}" for error, count in self.errors.most_common()])


def simulate(options: argparse.Namespace) -> int:
    """Be many devices for some minutes, print the figures, and return 1 if there was any error."""
    if not options.tokens:
        raise SystemExit("simulate needs --tokens FILE: access tokens, one a line.")
    tokens = options.tokens.read_text("utf-8").split()
    run = secrets.token_hex(4)  # other machines each time
    devices = [Device(tokens[i % len(tokens)], machine(run, i), i) for i in range(options.devices)]
    figures = Figures()
    with ThreadPoolExecutor(THREADS) as threads:
        play(devices, options, figures, threads)
    print(figures)
    return 1 if figures.errors else 0


def machine(run: str, number: int) -> str:
    return hashlib.sha256(f"{run}/{number}".encode()).hexdigest()[:32]


def play(devices: list[Device], options: argparse.Namespace, figures: Figures, threads: ThreadPoolExecutor) -> None:
    """Let each device act at its times until the end."""
    portal = Portal(options.portal)
    now = time.monotonic()
    end = now + 60 * options.minutes
    acts = [(now + chance.uniform(0, (end - now) / 4), device.number) for device in devices]
    heapq.heapify(acts)
    while acts and acts[0][0] < end:
        at, number = heapq.heappop(acts)
        time.sleep(max(0, at - time.monotonic()))
        threads.submit(act, devices[number], portal, options, figures)
        heapq.heappush(acts, (at + chance.uniform(*BETWEEN), number))


def act(device: Device, portal: Portal, options: argparse.Namespace, figures: Figures) -> None:
    kind = "check-in" if device.connected else "connect"
    body = {"product": options.product, "app_version": "1.0", "os_version": "Simulated 1"}
    begun, error = time.perf_counter(), ""
    try:
        ask(device, portal, body, options.platform)
        device.connected = True
    except (PortalUnknownError, PortalRefusedError) as problem:
        error = str(problem)
    figures.add(kind, time.perf_counter() - begun, error)


def ask(device: Device, portal: Portal, body: dict[str, Any], platform: str) -> None:
    if device.connected:
        portal.check_in(device.token, device.machine_id, {**body, "state": "protected"})
    else:
        more = {"platform": platform, "name": f"Simulated {device.number}"}
        portal.connect(device.token, device.machine_id, {**body, **more})
