"""A gunicorn with two workers, and what its workers took of the processor."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STARTS_WITHIN = 60


class Server:
    def __init__(self, process: subprocess.Popen, port: int):
        self.process, self.port = process, port

    def is_up(self) -> bool:
        try:
            connection = self.connect()
            connection.request("GET", "/", headers={"Host": "portal.example.com"})
            connection.getresponse().read()
        except OSError:
            return False
        return len(self.workers) == 2

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    @property
    def workers(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def cpu(self) -> float:
        """Seconds of processor, user and system, of all threads of the workers (to the nanosecond, as Linux has it)."""
        paths = [path for pid in self.workers for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        return sum(int(path.read_text().split()[0]) for path in paths) / 1e9


@contextmanager
def serve(folder: Path, application: str, environment: dict[str, str]) -> Iterator[Server]:
    """Serve a project from its folder, with the settings of gunicorn that the measured portal has."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", environment["BENCH_GUNICORN"]]
    command += ["-b", f"127.0.0.1:{port}", "--log-level", "error"]
    process = subprocess.Popen([*command, application], cwd=folder, env={**os.environ, **environment})
    server = Server(process, port)
    try:
        ends = time.monotonic() + STARTS_WITHIN
        while not server.is_up():
            if process.poll() is not None or time.monotonic() > ends:
                raise SystemExit(f"{application} did not start.")
            time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    """Run a command of a Django project and return what it prints."""
    command = [sys.executable, "-m", "django", *arguments]
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
