#!/usr/bin/env python3
"""Draws the pictures of docs/images, for dark and for light pages, from files that the tests recorded of real runs.

  pictures.py [--check]

The session is the golden screen `session-80.txt`; the digests in the drawing of an image are those of `image-facts.txt`.
The same files give the same bytes. With --check, writes nothing, and exits with 1 if a picture differs.
"""

import argparse
import json
import pathlib
import sys
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCREENS, IMAGES = ROOT / "Fixtures/cli/screens", ROOT / "docs/images"

COLUMN, LINE, MARGIN, BASELINE = 8.4, 19, 16, 14
MONOSPACE = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"
SANS = "system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"

# The colors of a terminal by the emulator's names, and those of the drawing.
DARK = {
    "background": "#18181b", "text": "#d4d4d8", "command": "#ffffff", "brightblack": "#8b8b94",
    "green": "#4ade80", "brown": "#facc15", "red": "#f87171",
    "box": "#27272a", "edge": "#52525b", "pin": "#4ade80", "moving": "#facc15",
}  # fmt: skip
LIGHT = {
    "background": "#fafafa", "text": "#3f3f46", "command": "#09090b", "brightblack": "#71717a",
    "green": "#15803d", "brown": "#a16207", "red": "#b91c1c",
    "box": "#ffffff", "edge": "#a1a1aa", "pin": "#15803d", "moving": "#a16207",
}  # fmt: skip


def document(width, height, title, font, size, theme, body):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="{font}" font-size="{size}">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{width}" height="{height}" rx="8" fill="{theme["background"]}"/>\n{body}</svg>\n'
    )


def read(name):
    """Returns the lines and the colored runs of a golden screen."""
    _, _, rest = (SCREENS / f"{name}.txt").read_text(encoding="utf-8").partition("\n")
    screen, _, colors = rest.partition("-- colors\n")
    lines = screen.rstrip("\n").split("\n")[1:]
    runs = []
    for run in colors.splitlines():
        row, columns, color = run.split()
        first, last = map(int, columns.split("-"))
        runs.append((int(row), first, last, color))
    return lines, runs


def pieces(row, line, runs, plain):
    """Yields the start, text and color of each piece of a line."""
    position = 0
    for _, first, last, color in sorted(run for run in runs if run[0] == row):
        yield position, line[position:first], plain
        yield first, line[first : last + 1], color
        position = last + 1
    yield position, line[position:], plain


def cells(column, row, content, color):
    """Text in the grid of a terminal."""
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


def session(theme):
    lines, runs = read("session-80")
    body = ""
    for row, line in enumerate(lines):
        plain = "command" if line.startswith("$ ") else "text"
        for column, content, color in pieces(row, line, runs, plain):
            body += cells(column, row, content, theme[color])
    width = round(80 * COLUMN + 2 * MARGIN)
    height = len(lines) * LINE + 2 * MARGIN - 4
    return document(width, height, "wasmpack push, check and test", MONOSPACE, 14, theme, body)


class Drawing:
    """Boxes with lines of text, and arrows between them."""

    WIDTH, PADDING, ROW, SMALL = 250, 12, 19, 12

    def __init__(self, theme):
        self.theme, self.body = theme, ""

    def text(self, x, y, content, color="text", **more):
        attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
        self.body += f'<text x="{x}" y="{y}" fill="{self.theme[color]}"{attributes}>{escape(content)}</text>\n'

    def box(self, x, y, title, *lines):
        """Draws a box, and returns the height of its middle."""
        height = (len(lines) + 1) * self.ROW + self.PADDING + 4
        self.body += (
            f'<rect x="{x}" y="{y}" width="{self.WIDTH}" height="{height}" rx="6" '
            f'fill="{self.theme["box"]}" stroke="{self.theme["edge"]}"/>\n'
        )
        self.text(x + self.PADDING, y + self.ROW + 2, title, "command", font_weight="600")
        for number, line in enumerate(lines, 1):
            more = {"font_size": self.SMALL}
            if "sha256:" in line or line.endswith(":v1"):
                # The length keeps it within the box, whatever font the reader has.
                more |= {"font_family": MONOSPACE, "textLength": round(len(line) * 7.2)}
            self.text(x + self.PADDING, y + self.ROW * (number + 1) + 2, line, **more)
        return y + height // 2

    def arrow(self, x, y, to_x, to_y, color, dashes=""):
        middle = (x + to_x) // 2
        self.path(f"M {x} {y} C {middle} {y}, {middle} {to_y}, {to_x - 9} {to_y}", color, dashes)
        self.head(to_x, to_y, 10, color)

    def turn(self, x, y, to_y, color):
        """Draws an arrow around the right side of two boxes."""
        self.path(f"M {x} {y} C {x + 36} {y}, {x + 36} {to_y}, {x + 9} {to_y}", color)
        self.head(x, to_y, -10, color)

    def path(self, line, color, dashes=""):
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.body += f'<path d="{line}" fill="none" stroke="{self.theme[color]}" stroke-width="1.6"{dashed}/>\n'

    def head(self, x, y, length, color):
        back = x - length
        self.body += f'<path d="M {back} {y - 5} L {x} {y} L {back} {y + 5} Z" fill="{self.theme[color]}"/>\n'


def short(digest):
    return digest[: len("sha256:") + 12] + "…"


def image(theme):
    """The parts of an image, and which digest pins what."""
    facts = json.loads((SCREENS / "image-facts.txt").read_text(encoding="utf-8"))
    part = {entry["role"]: short(entry["digest"]) for entry in facts["parts"]}
    manifest, module = short(facts["digest"]), short(facts["module"]["digest"])
    drawing = Drawing(theme)
    left, second, third, width = 24, 384, 744, Drawing.WIDTH
    edge = third + width

    for x, heading in ((left, "What you write"), (second, "The image"), (third, "What is in it")):
        drawing.text(x, 36, heading, "brightblack", font_size=13)
    tag = drawing.box(left, 52, "Tag", "…/team/header-auth:v1", "a push can move it")
    pinned = drawing.box(left, 164, "Reference by digest", f"…@{manifest}", "push prints it, generate writes it")
    remote = drawing.box(left, 308, "Digest of the module", module, "for a download by http(s)://")
    whole = drawing.box(second, 108, "Manifest", manifest, "names config and layer by digest")
    config = drawing.box(third, 52, "Config", part["config"], "names the unpacked layer: diffID")
    layer = drawing.box(third, 164, "Layer, a gzipped tar", part["layer"], "unpacked, the diffID:", short(facts["diffID"]))
    plugin = drawing.box(third, 308, "plugin.wasm", module, f"{facts['module']['size']} bytes")

    drawing.arrow(left + width, tag, second, whole - 14, "moving", "5 4")
    drawing.arrow(left + width, pinned, second, whole + 14, "pin")
    drawing.arrow(second + width, whole - 14, third, config, "pin")
    drawing.arrow(second + width, whole + 14, third, layer, "pin")
    drawing.arrow(left + width, remote, third, plugin, "pin")
    drawing.turn(edge, config + 8, layer - 24, "pin")
    drawing.turn(edge, layer + 24, plugin - 8, "pin")
    for x, y, label, color in (
        (left + width + 8, tag - 8, "points to", "moving"),
        (left + width + 8, pinned + 18, "pins the image", "pin"),
        (left + width + 8, remote - 8, "pins the module alone", "pin"),
        (second + 24, 216, "In a layout, index.json has the tag;", "brightblack"),
        (second + 24, 234, "manifest, config and layer are in blobs/.", "brightblack"),
    ):
        drawing.text(x, y, label, color, font_size=Drawing.SMALL)
    title = "The parts of an image, and which digest pins what"
    return document(edge + 48, 404, title, SANS, 14, theme, drawing.body)


def pictures():
    """Yields the name and the content of each picture."""
    for name, draw in (("session", session), ("image", image)):
        for suffix, theme in (("dark", DARK), ("light", LIGHT)):
            yield f"{name}-{suffix}.svg", draw(theme)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    status = 0
    for name, content in pictures():
        file = IMAGES / name
        if not options.check:
            file.write_text(content, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != content:
            print(f"{file.relative_to(ROOT)} is old: make pictures", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
