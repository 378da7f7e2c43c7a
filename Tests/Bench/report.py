"""The benchmark's page and its chart."""

import datetime
import os
import pathlib
import platform
from xml.sax.saxutils import escape

import scale

# A row begins with the text; wasmpack needs at most `limit` times what the peer needs.
TARGETS = [
    ("start", "crane", 1.0, "median", "starts no later than crane"),
    ("start", "skopeo", 0.55, "median", "starts in 0.55 of skopeo's time"),
    ("build 2.5 MB", "umoci", 0.9, "median", "builds in 0.9 of umoci's time"),
    ("build 20 MB", "umoci", 1.0, "median", "builds no slower than umoci"),
    ("build 184 MB", "umoci", 1.0, "median", "builds no slower than umoci"),
    ("build 2.5 MB", "umoci", 1.0, "layer", "the layer is no larger than umoci's"),
    ("build 20 MB", "umoci", 1.0, "layer", "the layer is no larger than umoci's"),
    ("build 184 MB", "umoci", 1.0, "layer", "the layer is no larger than umoci's"),
    ("push new 2.5 MB, loopback", "crane", 1.15, "median", "within 1.15 of crane"),
    ("push again 2.5 MB, loopback", "crane", 1.15, "median", "within 1.15 of crane"),
    ("pull 2.5 MB, loopback", "crane", 1.15, "median", "within 1.15 of crane"),
    ("digest 2.5 MB, loopback", "crane", 1.15, "median", "within 1.15 of crane"),
    ("push new 2.5 MB, loopback", "skopeo", 0.68, "median", "0.68 of skopeo"),
    ("push again 2.5 MB, loopback", "skopeo", 0.48, "median", "0.48 of skopeo"),
    ("pull 2.5 MB, loopback", "skopeo", 0.58, "median", "0.58 of skopeo"),
    ("digest 2.5 MB, loopback", "skopeo", 0.6, "median", "0.6 of skopeo"),
]
# Round trips of 50 ms, with half a trip of own time.
TRIPS = [
    ("push new 2.5 MB, 50 ms", 6),
    ("push again 2.5 MB, 50 ms", 3),
    ("pull 2.5 MB, 50 ms", 4),
    ("digest 2.5 MB, 50 ms", 3),
    ("push new 2.5 MB, 50 ms, tokens", 10),
    ("push again 2.5 MB, 50 ms, tokens", 7),
    ("pull 2.5 MB, 50 ms, tokens", 8),
    ("digest 2.5 MB, 50 ms, tokens", 7),
]
# A row is compared with another one: at most its time by a factor, and some seconds.
COMPARED = [
    ("build 20 MB, checked", "build 20 MB", 1.5, 0, "≤ 1.5 × the build without a check"),
    ("check 20 MB", "start", 1, 0.2, "≤ 10 ms a MB beyond the start"),
    ("test 20 cases", "test 1 case", 1, 1.5, "≤ 1.5 s beyond one case"),
]
# Seconds.
WITHIN = [("run --watch: a new build is live", 0.1)]
MEMORY = [("build", 20), ("push", 24), ("pull", 24)]
"""Megabytes (MiB) of peak memory in all rows of a command."""
LOAD_MEMORY = 64
LOAD = """## serve under load

`wasmpack serve` and docker-registry, one after the other, with clients in one process of Python on the same cores, which take
a part of the time. Seconds of wall time, and the peak of the server's memory in MiB after the slash. Everything that is pulled
is verified. docker-registry gets 20,000 small blobs and not 100,000, which would take it a quarter of an hour. `make load` repeats
this alone.
"""

SCALE = (13, 12)
"""Ten times the images or tags need at most so many times the time, and so many MiB more of peak memory."""

SCALED = {row for pair in scale.rows().values() for row in pair}
SCALE_INTRODUCTION = f"""A layout with many images, each with a tag and a module of {scale.MODULE // 1000} kB; the same as an archive; a repository with
many tags. Its registry is a script that answers with pages of {scale.PAGE:,} tags, because `wasmpack serve` keeps at most 4 MiB of
references in a repository. The layout's blobs are older than a day, so a build looks for unreferenced ones among all of them.
"""

INTRODUCTION = """# Performance

`make bench` measures wasmpack beside the programs that do the same work, and writes this page. Each row is one work; all
programs of a row ran one after the other on the same machine. Times are medians in milliseconds of wall time, and of processor
time after the slash; lower is better. Compare times within a row only.

Last run: {runs}.

The registry is Debian's docker-registry on the same machine. "50 ms" is TLS through a relay that delays both directions by 25 ms,
and the first bytes of each connection by one round trip more, as a TCP handshake would. The modules are generated: valid
proxy-wasm modules that compress as those of compilers do, though with shorter repetitions, which pgzip (umoci) finds
harder than zlib does. [Decision 0004](decisions/0004-gzip-in-blocks.md) has the sizes for modules that Go compiled.

![Wall time of wasmpack and its peers](images/performance.svg)
"""


def machine():
    cpu = next(
        (line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    return f"{datetime.date.today()}, {os.cpu_count()} cores of {cpu}, load {os.getloadavg()[0]:.1f} at the end"


def number(value, unit):
    return "" if value is None else f"{value / unit:.1f}"


def times(result):
    return f"{result['median'] * 1000:.1f} / {result['cpu'] * 1000:.0f}" if result else ""


def table(head, rows):
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def names_of(rows):
    found = dict.fromkeys(name for row in rows for name in row["results"])
    return list(found)


def load_table(load):
    names = names_of(load)
    cell = lambda result: f"{result['median']:.2f} / {result['peak'] / 2**20:.1f}" if result else ""
    return table(["", *names], [[row["row"], *(cell(row["results"].get(name)) for name in names)] for row in load])


def verdicts(rows, load=()):
    """Every target with a measured value, and whether it is reached."""
    by_name = {row["row"]: row["results"] for row in rows}
    for row, peer, limit, member, _ in TARGETS:
        results = by_name.get(row, {})
        if peer in results and results[peer].get(member):
            ratio = results["wasmpack"][member] / results[peer][member]
            what = "layer" if member == "layer" else "time"
            yield row, f"{what} ≤ {limit} × {peer}", f"{ratio:.2f}", ratio <= limit
    for row, trips in TRIPS:
        if row in by_name:
            taken = by_name[row]["wasmpack"]["median"] / 0.05
            yield row, f"≤ {trips} round trips and a half", f"{taken:.1f}", taken <= trips + 0.5
    for row, basis, factor, extra, what in COMPARED:
        if row in by_name and basis in by_name:
            taken, base = (by_name[name]["wasmpack"]["median"] for name in (row, basis))
            yield row, what, f"{taken * 1000:.0f} and {base * 1000:.0f} ms", taken <= base * factor + extra
    for row, limit in WITHIN:
        if row in by_name:
            taken = by_name[row]["wasmpack"]["median"]
            yield row, f"≤ {limit * 1000:.0f} ms", f"{taken * 1000:.0f} ms", taken <= limit
    most, more = SCALE
    growths = []
    for work, (_, large), results in scaled(by_name):
        ratio = results[1]["median"] / results[0]["median"]
        growths.append(results[1]["peak"] - results[0]["peak"])
        yield large, f"time ≤ {most} × that for a tenth", f"{ratio:.1f}", ratio <= most
    if growths:
        growth = max(growths) / 2**20
        yield "scale, all rows", f"peak ≤ {more} MiB beyond that for a tenth", f"{growth:.1f} MiB", growth <= more
    for command, limit in MEMORY:
        peaks = [
            results["wasmpack"]["peak"] for row, results in by_name.items() if row.startswith(command) and row not in SCALED
        ]
        if peaks:
            yield f"{command}, all rows", f"peak ≤ {limit} MiB", f"{max(peaks) / 2**20:.1f} MiB", max(peaks) <= limit * 2**20
    if load:
        peak = max(row["results"]["wasmpack"]["peak"] for row in load) / 2**20
        yield "serve under load, all rows", f"peak ≤ {LOAD_MEMORY} MiB", f"{peak:.1f} MiB", peak <= LOAD_MEMORY


def scaled(by_name):
    """The works that were measured at two sizes, with wasmpack's result at each."""
    for work, names in scale.rows().items():
        if all(name in by_name for name in names):
            yield work, names, [by_name[name]["wasmpack"] for name in names]


def scale_section(rows):
    """What the same work needs for ten times as much."""
    by_name = {row["row"]: row["results"] for row in rows}
    names = [name for name in names_of(row for row in rows if row["row"] in SCALED) if name != "wasmpack"]
    body = [
        [
            row,
            *(times(by_name[row].get(name)) for name in ["wasmpack", *names]),
            *(number(by_name[row].get(name, {}).get("peak"), 2**20) for name in ["wasmpack", *names]),
        ]
        for _, pair, _ in scaled(by_name)
        for row in pair
    ]
    if not body:
        return []
    head = ["", "wasmpack", *names, "wasmpack, MiB", *(f"{name}, MiB" for name in names)]
    return ["## Scale\n", SCALE_INTRODUCTION, table(head, body)]


def markdown(rows, versions, load=()):
    scale_parts = scale_section(rows)
    all_rows, rows = rows, [row for row in rows if row["row"] not in SCALED]
    parts = [INTRODUCTION.format(runs=machine()), "## Time\n"]
    for title, prefix in [("start", "start"), ("build", "build"), ("check and proxy", ("check", "test", "run")), ("transfer", ("push", "pull", "digest"))]:
        chosen = [row for row in rows if row["row"].startswith(prefix)]
        if chosen:
            names = names_of(chosen)
            body = [[row["row"], *(times(row["results"].get(name)) for name in names)] for row in chosen]
            parts.append(table([title, *names], body))
    builds = [row for row in rows if "layer" in row["results"]["wasmpack"]]
    if builds:
        names = names_of(builds)
        body = [[row["row"], *(f"{row['results'][name]['layer']:,}" for name in names)] for row in builds]
        parts += ["## Bytes of the layer\n", table(["", *names], body)]
    parts += scale_parts
    names = names_of(rows)
    peaked = [row for row in rows if "peak" in row["results"]["wasmpack"]]
    body = [[row["row"], *(number(row["results"].get(name, {}).get("peak"), 2**20) for name in names)] for row in peaked]
    parts += ["## Peak memory of the largest process, in MiB\n", table(["", *names], body)]
    counted = [row for row in rows if "requests" in row["results"]["wasmpack"]]
    if counted:
        names = names_of(counted)
        cell = "{requests} on {connections}".format
        body = [[row["row"], *(cell(**row["results"][name]) if name in row["results"] else "" for name in names)] for row in counted]
        parts += ["## Requests and connections over plain HTTP\n", table(["", *names], body)]
    if load:
        parts += [LOAD, load_table(load)]
    body = [[row, target, value, "reached" if reached else "**not reached**"] for row, target, value, reached in verdicts(all_rows, load)]
    parts += ["## Targets\n", table(["", "target", "measured", ""], body)]
    programs = "\n".join(f"- {name} {version}" if name != "wasmpack" else f"- {version.splitlines()[0]}" for name, version in versions.items())
    parts += ["## Versions\n", programs + "\n"]
    return "\n".join(parts)


BAR, GAP, LABEL, WIDTH = 13, 10, 210, 430
OURS, THEIRS, INK = "#16a34a", "#94a3b8", "#64748b"
CHARTED = [
    "start",
    "build 2.5 MB",
    "build 20 MB",
    "push new 2.5 MB, loopback",
    "pull 2.5 MB, loopback",
    "push new 20 MB, 50 ms",
    "pull 2.5 MB, 50 ms",
    "digest 2.5 MB, 50 ms",
]


def chart(rows):
    """Bars of wall time: each row has its own scale."""
    y, shapes = 28, []
    for row in rows:
        if row["row"] not in CHARTED:
            continue
        largest = max(result["median"] for result in row["results"].values())
        shapes.append(f'<text x="0" y="{y + 10}" font-weight="bold">{escape(row["row"])}</text>')
        for name, result in row["results"].items():
            width = max(1, WIDTH * result["median"] / largest)
            color = OURS if name == "wasmpack" else THEIRS
            shapes.append(f'<text x="{LABEL - 8}" y="{y + 10}" text-anchor="end">{name}</text>')
            shapes.append(f'<rect x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR - 2}" fill="{color}"/>')
            shapes.append(f'<text x="{LABEL + width + 6:.1f}" y="{y + 10}">{result["median"] * 1000:.0f}</text>')
            y += BAR
        y += GAP
    width = LABEL + WIDTH + 60
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" viewBox="0 0 {width} {y}" role="img" '
        f'font-family="ui-sans-serif, system-ui, sans-serif" font-size="11" fill="{INK}">\n'
        "<title>Wall time in milliseconds; shorter is better; each group has its own scale</title>\n"
        '<text x="0" y="14">Wall time in milliseconds; shorter is better; each group has its own scale.</text>\n'
        + "\n".join(shapes)
        + "\n</svg>\n"
    )
