"""The example as a person runs it: a process of its own, told by its lines of JSON."""

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.environment import ROOT

PATIENCE = 60  # seconds


class Program:
    """`Program(url, folder, 1, "run", "--watch")` is the example on the first machine."""

    def __init__(self, portal: str, folder: Path, machine: int, *arguments: str, name: str = "Anna’s laptop"):
        options = {
            "--portal": portal,
            "--client-id": "demo-windows",
            "--platform": "windows",
            "--machine-id": f"{machine:032x}",
            "--state-dir": str(folder / str(machine)),
            "--name": name,
        }
        command = [sys.executable, "-m", "examples.desktop", "--json", "--no-browser", *arguments]
        self.process = subprocess.Popen(
            [*command, *(f"{name}={value}" for name, value in options.items())],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(line)

    def next(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """Return what it says next."""
        return json.loads(self.lines.get(timeout=seconds))

    def is_silent(self, seconds: float) -> bool:
        """Tell whether it says nothing for so long."""
        try:
            self.lines.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def stop(self) -> int:
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        self.reader.join()
        self.process.stdout.close()
        return code
