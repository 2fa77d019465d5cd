"""The picture of who imports whom, drawn from the sources: `python -m tests.imports` writes docs/imports.svg.

Floors lie as `test_architecture.HOUSE` says, the roof on top. A line runs from who imports to who is imported: down,
or, within one floor, in a bow. The picture changes only when somebody imports whom they did not import before.
"""

from tests.test_architecture import AS_BUILT, HOUSE, ROOT, House, app, room

PICTURE = ROOT / "docs" / "imports.svg"
WIDTH, ROW, BOX, MARGIN = 1040, 130, 40, 20
STYLE = (
    "text{font:15px system-ui,sans-serif;text-anchor:middle;fill:#16302f}"
    "rect{fill:#eef6f5;stroke:#005d5f}path{fill:none;stroke:#005d5f;stroke-opacity:.5}"
    ".beside{stroke:#b4541a}#tip path{fill:#005d5f;stroke:none}"
)


def main() -> None:
    PICTURE.write_text(picture_of(AS_BUILT), "utf-8")


def box_of(house: House, module: str) -> str:
    """Return in which box a module is drawn: its app, or its room when it is a file beside the apps."""
    return app(module) if f"{app(module).replace('.', '/')}/__init__.py" in house.files else room(module)


def picture_of(house: House) -> str:
    boxes = {module: box_of(house, module) for module in house.modules}
    imports = {(boxes[name], boxes[used]) for name in house.modules for used in house.uses(name)}
    rows = [sorted(box for box in set(boxes.values()) if room(box) in rooms) for rooms in reversed(HOUSE)]
    return draw(rows, {(box, other) for box, other in imports if box != other})


def draw(rows: list[list[str]], imports: set[tuple[str, str]]) -> str:
    """Return the SVG of rows of boxes, the uppermost first, and of the lines between them."""
    places = {box: place(rows, number, column) for number, row in enumerate(rows) for column, box in enumerate(row)}
    height = MARGIN * 2 + ROW * (len(rows) - 1) + BOX
    lines = [line(places[source], places[target]) for source, target in sorted(imports)]
    boxes = [draw_box(box, places[box]) for row in rows for box in row]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            "<title>Who imports whom</title>",
            f"<style>{STYLE}</style>",
            '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto" '
            'markerUnits="userSpaceOnUse"><path d="M0 0 8 4 0 8z"/></marker>',
            f'<path d="M0 0H{WIDTH}V{height}H0z" style="fill:#fff;stroke:none"/>',
            *lines,
            *boxes,
            "</svg>\n",
        ]
    )


def place(rows: list[list[str]], number: int, column: int) -> tuple[int, int, int]:
    """Return the middle of a box's upper edge, and half its width."""
    step = (WIDTH - 2 * MARGIN) // len(rows[number])
    return MARGIN + step * column + step // 2, MARGIN + ROW * number, min(step - 16, 210) // 2


def line(source: tuple[int, int, int], target: tuple[int, int, int]) -> str:
    (x, y, half), (to_x, to_y, to_half) = source, target
    lean = (to_x - x) / WIDTH  # lines of one box leave side by side
    if y == to_y:
        deep = y + BOX + 20 + abs(to_x - x) // 12
        return path(
            f"M{x + half * lean:.0f} {y + BOX}C{x} {deep} {to_x} {deep} {to_x - to_half * lean:.0f} {y + BOX}",
            'class="beside" ',
        )
    down = y < to_y
    start, end = (y + BOX, to_y) if down else (y, to_y + BOX)
    bend = (end - start) // 2
    x, to_x = x + half * lean, to_x - to_half * lean
    return path(f"M{x:.0f} {start}C{x:.0f} {start + bend} {to_x:.0f} {end - bend} {to_x:.0f} {end}")


def path(way: str, more: str = "") -> str:
    return f'<path d="{way}" {more}marker-end="url(#tip)"/>'


def draw_box(box: str, at: tuple[int, int, int]) -> str:
    x, y, half = at
    name = box.removeprefix("portal.foundation.").removeprefix("portal.")
    return (
        f'<rect x="{x - half}" y="{y}" width="{2 * half}" height="{BOX}" rx="8"/>'
        f'<text x="{x}" y="{y + 25}">{name}</text>'
    )


if __name__ == "__main__":
    main()
