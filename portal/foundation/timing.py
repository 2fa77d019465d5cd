"""Answers whose time says nothing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

STEP = 0.1  # seconds; longer than what writing a mail, or not writing one, can differ


@contextmanager
def even_time() -> Iterator[None]:
    """Let what happens inside take a whole number of steps, so that nobody sees by a watch what it was."""
    began = time.monotonic()
    try:
        yield
    finally:
        time.sleep(STEP - (time.monotonic() - began) % STEP)
