#!/usr/bin/env python3
"""Checks what `make dist` wrote: the archive, the Debian package, the SBOM and the checksums.

Usage: dist_test.py FOLDER [OPTION …]     (the options are those of Python's unittest; needs lintian and .venv)
"""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
FOLDER = pathlib.Path()

# Runs in .venv, where the schemas are.
VALIDATE = """
import cyclonedx, json, jsonschema, pathlib, referencing, sys
folder = pathlib.Path(cyclonedx.__file__).parent / "schema/_res"
names = {"spdx.schema.json": "spdx.SNAPSHOT", "jsf-0.82.schema.json": "jsf-0.82.SNAPSHOT"}
schemas = {name: json.loads((folder / f"{file}.schema.json").read_text()) for name, file in names.items()}
main = json.loads((folder / "bom-1.5.SNAPSHOT.schema.json").read_text())
base = main["$id"].rsplit("/", 1)[0]
registry = referencing.Registry().with_contents(
    (f"{base}/{alias}", schema) for name, schema in schemas.items() for alias in (name, name.replace(".schema", ".SNAPSHOT.schema"))
)
document = json.loads(pathlib.Path(sys.argv[1]).read_text())
jsonschema.Draft7Validator(main, registry=registry).validate(document)
"""


def run(*command, **options):
    return subprocess.run(
        list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, **options
    )


class Dist(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        [cls.archive] = FOLDER.glob("wasmpack-*.tar.gz")
        [cls.package] = FOLDER.glob("wasmpack_*.deb")
        [cls.sbom] = FOLDER.glob("wasmpack-*.cdx.json")
        folder = tempfile.TemporaryDirectory(prefix="wasmpack dist ")
        cls.addClassCleanup(folder.cleanup)
        cls.unpacked = pathlib.Path(folder.name)
        with tarfile.open(cls.archive) as tar:
            cls.entries = tar.getmembers()
        subprocess.run(["tar", "-xf", cls.archive, "-C", cls.unpacked], check=True)
        cls.root = cls.unpacked / cls.archive.name.removesuffix(".tar.gz")
        cls.binary = cls.root / "bin/wasmpack"

    def test_the_checksums_are_those_of_all_files(self):
        lines = (FOLDER / "SHA256SUMS").read_text().splitlines()
        found = {line.split("  ")[1]: line.split("  ")[0] for line in lines}
        expected = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (self.archive, self.package, self.sbom)
        }
        self.assertEqual(found, expected)

    def test_the_archive_has_what_install_installs_and_the_licenses(self):
        pages = {f"share/man/man1/{page.name}" for page in (ROOT / "docs/man").glob("*.1")}
        self.assertGreater(len(pages), 20)
        expected = pages | {
            "bin/wasmpack",
            "share/bash-completion/completions/wasmpack",
            "share/doc/wasmpack/CHANGELOG.md",
            "share/doc/wasmpack/LICENSE",
            "share/doc/wasmpack/THIRD-PARTY-NOTICES",
            "share/fish/vendor_completions.d/wasmpack.fish",
            "share/zsh/site-functions/_wasmpack",
        }
        files = {entry.name.split("/", 1)[1]: entry for entry in self.entries if entry.isfile()}
        self.assertEqual(set(files), expected)
        self.assertEqual({entry.uid for entry in self.entries} | {entry.gid for entry in self.entries}, {0})
        self.assertEqual(len({entry.mtime for entry in self.entries}), 1)
        self.assertEqual(files["bin/wasmpack"].mode, 0o755)
        notices = (self.root / "share/doc/wasmpack/THIRD-PARTY-NOTICES").read_text()
        for name in ("swift-nio", "swift-argument-parser", "Runtime Library Exception", "llhttp", "libyaml"):
            self.assertIn(name, notices)

    def test_the_binary_is_stripped_and_knows_its_commit(self):
        sections = run("readelf", "-SW", self.binary).stdout
        self.assertNotIn(".symtab", sections)
        self.assertNotIn(".debug_", sections)
        about = json.loads(run(self.binary, "version", "--json").stdout)
        self.assertRegex(about["commit"], r"\A[0-9a-f]{40}(-modified)?\Z")
        self.assertIn(about["version"], self.archive.name)

    def test_the_unpacked_program_works(self):
        module = ROOT / "Fixtures/wasm/header-authorization/plugin.wasm"
        built = run(self.binary, "build", module, "--layout", self.unpacked / "layout")
        self.assertEqual(built.returncode, 0, built.stderr)
        verified = run(self.binary, "verify", self.unpacked / "layout")
        self.assertEqual(verified.returncode, 0, verified.stderr)

    def test_lintian_finds_no_error_and_no_warning(self):
        checked = run("lintian", "--allow-root", "--fail-on", "error,warning", self.package)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_each_override_has_a_reason_and_a_use(self):
        overridden = run("lintian", "--allow-root", "--show-overrides", self.package).stdout
        text = run("dpkg-deb", "--fsys-tarfile", self.package, encoding="latin-1").stdout
        self.assertIn("usr/share/lintian/overrides/wasmpack", text)
        from_package = run("sh", "-c", f"dpkg-deb --fsys-tarfile '{self.package}' | tar -xO ./usr/share/lintian/overrides/wasmpack")
        lines = from_package.stdout.splitlines()
        for position, line in enumerate(lines):
            if line.startswith("wasmpack: "):
                self.assertTrue(lines[position - 1].startswith("# "), line)
                self.assertRegex(overridden, rf"(?m)^O: wasmpack: {re.escape(line.split()[1])}", line)

    def test_the_package_depends_on_linked_and_on_opened_libraries(self):
        depends = run("dpkg-deb", "--field", self.package, "Depends").stdout.strip().split(", ")
        for expected in (
            r"libc6 \(>= [\d.]+\)",
            r"libstdc\+\+6 \(>= [\d.]+\)",
            r"zlib1g \(>= [\d:.a-z]+\)",
            r"libcurl4 \(>= 7\.85\.0\) \| libcurl4t64 \(>= 7\.85\.0\)",
            r"libarchive13 \(>= 3\.3\.3\) \| libarchive13t64 \(>= 3\.3\.3\)",
            r"libssl3 \(>= 3\.0\.0\) \| libssl3t64 \(>= 3\.0\.0\)",
        ):
            self.assertEqual(len([entry for entry in depends if re.fullmatch(expected, entry)]), 1, (expected, depends))

    def test_the_pages_state_the_oldest_glibc(self):
        depends = run("dpkg-deb", "--field", self.package, "Depends").stdout
        [version] = re.findall(r"\blibc6 \(>= ([\d.]+)\)", depends)
        for page in ("install.md", "platforms.md"):
            self.assertEqual(set(re.findall(r"glibc (\d[\d.]*\d)", (ROOT / "docs" / page).read_text())), {version}, page)

    def test_the_sbom_is_valid_and_about_this_binary(self):
        checked = run(ROOT / ".venv/bin/python3", "-c", VALIDATE, self.sbom)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        document = json.loads(self.sbom.read_text())
        digest = hashlib.sha256(self.binary.read_bytes()).hexdigest()
        self.assertEqual(document["metadata"]["component"]["hashes"], [{"alg": "SHA-256", "content": digest}])
        parts = {part["name"]: part for part in document["components"]}
        for name in ("swift", "swift-nio", "swift-system", "libyaml", "libz.so.1", "libcrypto.so.3", "libcurl.so.4", "libarchive.so.13"):
            self.assertIn(name, parts)
        self.assertEqual(parts["libcurl.so.4"]["scope"], "optional")


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        raise SystemExit(64)
    FOLDER = pathlib.Path(sys.argv.pop(1)).resolve()
    os.environ["LC_ALL"] = "C.UTF-8"
    unittest.main()
