"""QR codes as paths, so that templates draw them and nothing needs to be marked safe."""

from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import segno


class Qr(NamedTuple):
    size: int
    path: str


@lru_cache(maxsize=256)
def draw_qr(text: str) -> Qr:
    """Return the dark modules of a QR code as one SVG path, each run of a row as one box."""
    rows = segno.make_qr(text, error="m").matrix
    boxes = []
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                boxes.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return Qr(len(rows), "".join(boxes))
