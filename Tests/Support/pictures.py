#!/usr/bin/env python3
"""Draws the pictures of docs/images from the golden screens, the same bytes each time.

  pictures.py [--check]

With --check, writes nothing, and exits with 1 if a picture is not that of its screen.
"""

import argparse
import pathlib
import sys
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCREENS, IMAGES = ROOT / "Fixtures/cli/screens", ROOT / "docs/images"
# The six commands that people use most, each in a window of 80 columns.
NAMES = ["build", "push", "check", "check-component", "inspect", "error"]

COLUMN, LINE, MARGIN, BASELINE = 8.4, 19, 16, 14
PLAIN, BACKGROUND = "#d4d4d8", "#18181b"
COLORS = {"brightblack": "#8b8b94", "green": "#4ade80", "brown": "#facc15", "red": "#f87171"}


def read(name):
    """Returns the command, the lines and the colored runs of a golden file."""
    command, _, rest = (SCREENS / f"{name}-80.txt").read_text(encoding="utf-8").partition("\n")
    screen, _, colors = rest.partition("-- colors\n")
    lines = screen.rstrip("\n").split("\n")[1:]
    runs = []
    for run in colors.splitlines():
        row, columns, color = run.split()
        first, last = map(int, columns.split("-"))
        runs.append((int(row), first, last, color))
    return command, lines, runs


def pieces(row, line, runs):
    """Yields the start, text and color of each piece of a line."""
    position = 0
    for _, first, last, color in sorted(run for run in runs if run[0] == row):
        yield position, line[position:first], PLAIN
        yield first, line[first : last + 1], COLORS[color]
        position = last + 1
    yield position, line[position:], PLAIN


def text(column, row, content, color):
    start = len(content) - len(content.lstrip(" "))
    content, column = content.strip(" "), column + start
    if not content:
        return ""
    x, y = MARGIN + column * COLUMN, MARGIN + BASELINE + row * LINE
    # The length keeps columns aligned, whatever font the reader has.
    return (
        f'<text x="{x:.1f}" y="{y}" fill="{color}" textLength="{len(content) * COLUMN:.1f}" '
        f'xml:space="preserve">{escape(content)}</text>\n'
    )


def picture(name):
    command, lines, runs = read(name)
    width = round(80 * COLUMN + 2 * MARGIN)
    height = (len(lines) + 1) * LINE + 2 * MARGIN - 4
    body = text(0, 0, command, "#ffffff")
    for row, line in enumerate(lines):
        for column, content, color in pieces(row, line, runs):
            body += text(column, row + 1, content, color)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">\n'
        f"<title>{escape(command)}</title>\n"
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>\n{body}</svg>\n'
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    status = 0
    for name in NAMES:
        file, content = IMAGES / f"{name}.svg", picture(name)
        if not options.check:
            file.write_text(content, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != content:
            print(f"{file.relative_to(ROOT)} is old: make pictures", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
