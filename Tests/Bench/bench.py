#!/usr/bin/env python3
"""Compares wasmpack with the programs that do the same work, and writes docs/performance.md and its chart.

  bench.py PROGRAM [--runs N] [--rows TEXT] [--write]

Every row is one work, done by wasmpack and by each peer on PATH, one after the other, by hyperfine. The registry is Debian's
docker-registry on this machine: over plain HTTP, or over TLS behind a line with a round-trip time of 50 ms, with and without
tokens. Ratios within a row are comparable, times of different days and machines are not.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

import delay
import generated
import peers
import report
import scale
import serve_load

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SIZES = {"2.5 MB": 2_500_000, "20 MB": 20_000_000, "184 MB": 184_000_000}
ROUND_TRIP = 0.05
USER = "bench:bench"


class Registry:
    """A docker-registry, and how programs reach it."""

    def __init__(self, *, plain, tokens, seconds):
        self.plain, self.line, self.user = plain, delay.Line(seconds), USER if tokens else None
        port, realm = self.line.listen(), self.line.listen()
        command = [sys.executable, str(HERE.parent / "Support/docker_registry.py"), "--user", USER]
        command += ["--plain"] if plain else []
        command += ["--auth", "token", "--realm-port", str(realm)] if tokens else []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        if "port" not in ready:
            sys.exit(f"docker-registry does not start: {ready.get('error')}")
        self.line.targets.update({port: ready["port"], realm: ready.get("token_port")})
        # On loopback the relay only counts; times are without it.
        self.through, self.folder = f"localhost:{port}", ready["folder"]
        self.name = self.through if seconds else f"localhost:{ready['port']}"
        self.authority = ready["ca"]
        self.certificates = None if plain else str(pathlib.Path(ready["ca"]).parent)

    @property
    def content(self):
        """The folder with the repositories: without it, the registry has none, and needs no restart."""
        return f"{self.folder}/content/docker/registry/v2/repositories"

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.wasmpack = peers.Wasmpack(options.program)
        self.versions = peers.available()
        self.others = {name: peer for name, peer in peers.OTHERS.items() if name in self.versions}
        self.place, self.rows, self.load = folder / "place", [], []
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "DOCKER_CONFIG": str(folder / "home/.docker"),
            "REGISTRY_AUTH_FILE": str(folder / "home/.docker/config.json"),
            "XDG_RUNTIME_DIR": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "LC_ALL": "C.UTF-8",
        }
        for name in ("home/.docker", "tmp", "place", "modules"):
            (folder / name).mkdir(parents=True)
        self.authenticate(None)

    def authenticate(self, registry):
        """Writes the credentials for a registry, and trusts its certificates."""
        (self.folder / "home/.docker/config.json").write_text("{}")
        for name in ("SSL_CERT_FILE", "WASMPACK_CA_FILE"):
            self.environment.pop(name, None)
        if registry and registry.authority:
            self.environment |= dict.fromkeys(("SSL_CERT_FILE", "WASMPACK_CA_FILE"), registry.authority)
        if registry and registry.user:
            name, _, password = registry.user.partition(":")
            self.run([self.wasmpack.program, "login", registry.name, "-u", name, "--password-stdin", "-q"], given=password)

    def run(self, command, given=""):
        result = subprocess.run(
            command, env=self.environment, cwd=self.folder, input=given, capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise RuntimeError(f"failed: {command}\n{result.stdout}{result.stderr}")
        return result.stdout.strip()

    def module(self, size):
        file = self.folder / "modules" / f"{SIZES[size]}.wasm"
        if not file.exists():
            file.write_bytes(generated.module(SIZES[size]))
        return str(file)

    def layout(self, size):
        """An image of a module in a layout, as `v1`."""
        layout = self.folder / "modules" / f"layout-{SIZES[size]}"
        if not layout.exists():
            self.run([self.wasmpack.program, "build", self.module(size), "-t", "bench.test/a:v1", "-q", "--layout", str(layout)])
        return str(layout)

    def wanted(self, row):
        return self.options.rows in row

    def measure(self, row, work, prepare=(), registry=None, facts=None):
        """Measures one row: `work(program)` returns a command; a program without that method cannot do the work."""
        commands = {"wasmpack": work(self.wasmpack)}
        for name, peer in self.others.items():
            with contextlib.suppress(AttributeError):
                commands[name] = work(peer)
        # What every run begins with: an empty folder, and what the row asks for.
        clean = self.folder / "clean.sh"
        clean.write_text("\n".join([f"rm -rf '{self.place}'; mkdir '{self.place}'", *prepare, ""]))
        results = {}
        for name, command in commands.items():
            try:
                results[name] = self.hyperfine(command, clean)
            except RuntimeError as problem:
                if name == "wasmpack":
                    raise
                print(f"{row}: {name} does not take part: {problem}", file=sys.stderr)
                continue
            subprocess.run(["sh", str(clean)], check=True)
            results[name]["peak"] = self.peak(command)
            if facts:
                results[name] |= facts()
            if registry and registry.plain:
                subprocess.run(["sh", str(clean)], check=True)
                registry.line.reset()
                self.run([word.replace(registry.name, registry.through) for word in command])
                results[name] |= {"requests": registry.line.requests, "connections": registry.line.connections}
        self.rows.append({"row": row, "results": results})
        print(row, " ".join(f"{name} {result['median'] * 1000:.1f}" for name, result in results.items()), flush=True)

    def hyperfine(self, command, clean):
        script = self.folder / "command.sh"
        output = self.folder / "hyperfine.json"
        if command[0] == "sh":
            # hyperfine takes one text, and splits it like a shell.
            script.write_text(command[2])
            command = ["sh", "-e", str(script), *command[4:]]
        self.run(
            ["hyperfine", "-N", "--warmup", "1", "--runs", str(self.options.runs), "--prepare", f"sh {clean}"]
            + ["--export-json", str(output), "--style", "none", " ".join(command)]
        )
        result = json.loads(output.read_text())["results"][0]
        return {"median": result["median"], "cpu": result["user"] + result["system"]}

    def peak(self, command):
        """The peak of memory, in bytes, of the largest process."""
        output = self.folder / "peak.json"
        self.run([sys.executable, str(HERE.parent / "Support/measured.py"), str(output), shutil.which(command[0]), *command[1:]])
        return json.loads(output.read_text())["peak"]

    def layer_size(self):
        """The size of the largest file that a build wrote."""
        return {"layer": max((file.stat().st_size for file in self.place.rglob("*") if file.is_file()), default=0)}

    def test_file(self, cases):
        """A test file of the reference plugin with a number of cases."""
        plugin = ROOT / "Fixtures/wasm/header-authorization/plugin.wasm"
        expect = [({"allow": "true"}, 200), ({}, 403)]
        content = {
            "plugin": str(plugin),
            "cases": [
                {"name": f"case {number}", "request": {"headers": headers}, "expect": {"status": status}}
                for number in range(cases)
                for headers, status in [expect[number % 2]]
            ],
        }
        file = self.folder / f"tests-{cases}.json"
        file.write_text(json.dumps(content))
        return str(file)

    def watch(self, envoy):
        """Replaces the plugin of `run --watch`, and measures how long each takes to be live, as the program says."""
        module = (ROOT / "Fixtures/wasm/header-authorization/plugin.wasm").read_bytes()
        other = module.replace(b"Forbidden by ASM", b"Forbidden by new")
        plugin = self.folder / "plugin.wasm"
        plugin.write_bytes(module)
        command = [self.wasmpack.program, "run", str(plugin), "--watch", f"--envoy={envoy}"]
        process = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        taken = []
        for line in process.stdout:
            if found := re.search(r"^ *live .* in ([\d.]+) ms", line):
                taken.append(float(found[1]) / 1000)
            if len(taken) == self.options.runs:
                break
            if found or line.startswith("http://"):
                new = self.folder / "new.wasm"
                new.write_bytes(module if len(taken) % 2 else other)
                os.replace(new, plugin)
        process.send_signal(signal.SIGINT)
        process.wait(30)
        if len(taken) < self.options.runs:
            raise RuntimeError("run --watch ended early")
        row = "run --watch: a new build is live"
        self.rows.append({"row": row, "results": {"wasmpack": {"median": statistics.median(taken), "cpu": 0}}})
        print(row, [round(seconds * 1000) for seconds in taken], flush=True)

    def measure_proxy(self):
        """What needs an Envoy: the one that `make test-deps` installs."""
        envoy = ROOT / ".venv/bin/envoy"
        if not envoy.exists():
            print("without Envoy: make test-deps", file=sys.stderr)
            return
        for row, cases in (("test 1 case", 1), ("test 20 cases", 20)):
            if self.wanted(row):
                file = self.test_file(cases)
                self.measure(row, lambda peer, file=file: peer.test(file, envoy))
        if self.wanted("run --watch"):
            self.watch(envoy)

    def measure_all(self):
        if self.wanted("start"):
            self.measure("start", lambda peer: peer.start())
        for size in SIZES:
            row = f"build {size}"
            if self.wanted(row):
                self.measure(row, lambda peer, size=size: peer.build(str(self.place), self.module(size)), facts=self.layer_size)
        for row, work in (("check 20 MB", "check"), ("build 20 MB, checked", "checked_build")):
            if self.wanted(row):
                module = self.module("20 MB")
                arguments = [module] if work == "check" else [str(self.place), module]
                self.measure(row, lambda peer, work=work, arguments=arguments: getattr(peer, work)(*arguments))
        self.measure_proxy()
        if self.wanted("serve under load"):
            self.load = serve_load.measure(self.wasmpack.program, folder=self.folder)
        scale.measure(self)
        networks = [("loopback", True, False, 0.0), ("50 ms", False, False, ROUND_TRIP), ("50 ms, tokens", False, True, ROUND_TRIP)]
        for network, plain, tokens, seconds in networks:
            rows = [(work, size) for size in ("2.5 MB", "20 MB") for work in ("push new", "push again", "pull", "digest")]
            rows = [
                (f"{work} {size}, {network}", work, size)
                for work, size in rows
                if size == "2.5 MB" or (work in ("push new", "pull") and not tokens)
            ]
            if any(self.wanted(row) for row, _, _ in rows):
                with contextlib.closing(Registry(plain=plain, tokens=tokens, seconds=seconds)) as registry:
                    self.authenticate(registry)
                    for row, work, size in rows:
                        if self.wanted(row):
                            self.transfer(row, work, size, registry)

    def transfer(self, row, work, size, registry):
        reference, layout = f"{registry.name}/bench/a:v1", self.layout(size)
        forget = [f"rm -rf '{registry.content}'"]
        if work == "push new":
            self.measure(row, lambda peer: peer.push(registry, layout, reference), forget, registry)
            return
        self.run(self.wasmpack.push(registry, layout, reference))
        commands = {
            "push again": lambda peer: peer.push(registry, layout, reference),
            "pull": lambda peer: peer.pull(registry, reference, str(self.place)),
            "digest": lambda peer: peer.digest(registry, reference),
        }
        self.measure(row, commands[work], registry=registry)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="PROGRAM", help="a release build of wasmpack, stripped")
    parser.add_argument("--runs", type=int, default=10, metavar="N", help="of each command; default: %(default)s")
    parser.add_argument("--rows", default="", metavar="TEXT", help="only rows with this text")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and its chart")
    options = parser.parse_args()
    # Commands run in another folder.
    options.program = str(pathlib.Path(options.program).resolve())
    if not shutil.which("hyperfine"):
        sys.exit("hyperfine is missing: make bench installs it")
    with tempfile.TemporaryDirectory(prefix="wasmpack-bench-") as folder:
        bench = Bench(options, pathlib.Path(folder))
        bench.measure_all()
        versions = bench.versions | {"wasmpack": bench.run([options.program, "--version"])}
        text = report.markdown(bench.rows, versions, bench.load)
        print(text)
        if options.write:
            (ROOT / "docs/performance.md").write_text(text, encoding="utf-8")
            (ROOT / "docs/images/performance.svg").write_text(report.chart(bench.rows), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
