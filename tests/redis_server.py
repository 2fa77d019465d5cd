"""A Redis server for as long as some tests run: TEST_REDIS_URL, or an installed one on a Unix socket of its own."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import ConnectionError as NotThereError
from redis import Redis

MISSING = "No Redis: install it (`apt-get install redis-server`, `brew install redis`) or set TEST_REDIS_URL."
PATIENCE = 30  # seconds until the server must answer


class Server:
    """A Redis of our own, which may be hurt."""

    def __init__(self, folder: str):
        program = shutil.which("redis-server")
        if program is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
        socket = Path(folder) / "socket"
        self.address = f"unix://{socket}"
        self.command = [program, "--port", "0", "--unixsocket", socket, "--dir", folder]
        self.command += ["--save", "", "--appendonly", "no"]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        wait_for(self.address)

    def hang(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Let it die at once, with all that it knew."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> None:
        self.wake()
        self.process.terminate()
        self.process.wait(PATIENCE)


@contextmanager
def own() -> Iterator[Server]:
    """Yield a server that nobody else uses; skip the test where there is no Redis, but fail it in CI."""
    with tempfile.TemporaryDirectory(prefix="redis-", dir="/tmp") as folder:
        server = Server(folder)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def running() -> Iterator[str]:
    """Yield the address of a Redis server."""
    if os.environ.get("TEST_REDIS_URL"):
        yield os.environ["TEST_REDIS_URL"]
        return
    with own() as server:
        yield server.address


def wait_for(address: str) -> None:
    with Redis.from_url(address) as client:
        for _try in range(PATIENCE * 20):
            try:
                client.ping()
            except NotThereError:
                time.sleep(0.05)
            else:
                return
    raise TimeoutError(f"Redis does not answer at {address}")
