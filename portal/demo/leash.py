"""Run a program only as long as whoever asked for it lives: `python leash.py PID COMMAND …`.

Killed without warning, a parent can end nobody; so somebody beside the program has to look.
"""

import os
import signal
import subprocess
import sys
import time

LOOK_EVERY = 0.2
PATIENCE = 8  # seconds to end on request


def main(parent: int, command: list[str]) -> int:
    """Return the program's exit code, or end the whole group when the parent is gone."""
    signal.signal(signal.SIGTERM, lambda *_: None)  # it reaches the program too, for whose end we wait
    program = subprocess.Popen(command)  # noqa: S603 (what `together` hands on)
    while program.poll() is None:
        if os.getppid() != parent:
            return end(program)
        time.sleep(LOOK_EVERY)
    return program.returncode


def end(program: subprocess.Popen) -> int:
    os.killpg(0, signal.SIGTERM)
    try:
        return program.wait(PATIENCE)
    finally:
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
