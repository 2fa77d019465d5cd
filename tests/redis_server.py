"""A Redis server for as long as some tests run: TEST_REDIS_URL, or an installed one on a Unix socket of its own."""

import os
import shutil
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
PATIENCE = 10  # seconds until the server must answer


@contextmanager
def running() -> Iterator[str]:
    """Yield the address of a Redis server; skip the test where there is none, but fail it in CI."""
    if os.environ.get("TEST_REDIS_URL"):
        yield os.environ["TEST_REDIS_URL"]
        return
    program = shutil.which("redis-server")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    with tempfile.TemporaryDirectory(prefix="redis-", dir="/tmp") as folder:
        socket = Path(folder) / "socket"
        command = [program, "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "", "--appendonly", "no"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        try:
            wait_for(f"unix://{socket}")
            yield f"unix://{socket}"
        finally:
            server.terminate()
            server.wait(PATIENCE)


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
