#!/usr/bin/env python3
"""Checks `make install` and `make uninstall`: what they write, replace and remove, and that a failure changes nothing.

Takes the options of Python's unittest, for example `install_test.py -v`.
"""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = ROOT / ".ci/packaging/install"
MARK = (ROOT / "docs/man/wasmpack.1").read_text().splitlines()[0]


class Install(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="wasmpack install ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.binary = self.folder / "built"
        self.binary.write_text("#!/bin/sh\necho new\n")
        self.prefix = self.folder / "a prefix"

    def install(self, *arguments, user=(), **environment):
        command = [*user, str(SCRIPT), *map(str, arguments)]
        return subprocess.run(
            command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )

    def files(self, root=None):
        root = root or self.prefix
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())

    def expected(self):
        pages = [f"share/man/man1/{page.name}" for page in (ROOT / "docs/man").glob("*.1")]
        completions = [
            "share/bash-completion/completions/wasmpack",
            "share/fish/vendor_completions.d/wasmpack.fish",
            "share/zsh/site-functions/_wasmpack",
        ]
        return sorted(["bin/wasmpack", *pages, *completions])

    def test_a_path_with_blanks(self):
        done = self.install(self.binary, self.prefix)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.files(), self.expected())
        self.assertEqual((self.prefix / "bin/wasmpack").stat().st_mode & 0o777, 0o755)
        self.assertEqual((self.prefix / "share/man/man1/wasmpack.1").stat().st_mode & 0o777, 0o644)
        removed = self.install("--remove", self.prefix)
        self.assertEqual(removed.returncode, 0, removed.stderr)
        self.assertEqual(list(self.prefix.iterdir()), [], "the prefix stays, and no empty directory in it")
        self.assertEqual(self.install("--remove", self.prefix).returncode, 0, "nothing is left to remove")

    def make(self, target, **settings):
        command = ["make", "--no-print-directory", "-C", str(ROOT), target, f"BUILT={self.binary}"]
        command += [f"{name}={value}" for name, value in settings.items()]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def test_make_takes_a_path_with_any_characters(self):
        prefix = self.folder / "$HOME $(id) `id` 'single' \"double\" back\\slash; * # ü"
        done = self.make("install", PREFIX=prefix)
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.files(prefix), self.expected())
        self.assertEqual(self.make("uninstall", PREFIX=prefix).returncode, 0)
        self.assertEqual(list(prefix.iterdir()), [])
        staged = self.make("install", PREFIX="/usr", DESTDIR=prefix)
        self.assertEqual(staged.returncode, 0, staged)
        self.assertEqual(self.files(prefix / "usr"), self.expected())
        self.assertEqual(self.install(self.binary, self.folder / "line\nend").returncode, 0)
        self.assertEqual(self.install("--remove", self.folder / "line\nend").returncode, 0)
        self.assertEqual(list((self.folder / "line\nend").iterdir()), [])

    def test_a_relative_prefix(self):
        for prefix in ("out", "~/.local", ""):
            done = self.make("install", PREFIX=prefix, DESTDIR="")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("error: PREFIX must be an absolute path, not ", done.stderr)
            self.assertIn('try: make install PREFIX="$HOME/.local"', done.stderr)

    def test_uninstall_keeps_directories_of_others(self):
        self.assertEqual(self.install(self.binary, self.prefix).returncode, 0)
        other = self.prefix / "share/fish/vendor_completions.d/other.fish"
        other.write_text("")
        self.assertEqual(self.install("--remove", f"{self.prefix}/").returncode, 0)
        self.assertEqual(self.files(), [str(other.relative_to(self.prefix))])
        self.assertEqual(sorted(path.name for path in self.prefix.iterdir()), ["share"])
        # Every system has these, also when they are empty.
        self.assertEqual(self.install(self.binary, "/usr/local", DESTDIR=str(self.folder / "stage")).returncode, 0)
        self.assertEqual(self.install("--remove", "/usr/local", DESTDIR=str(self.folder / "stage")).returncode, 0)
        local = self.folder / "stage/usr/local"
        self.assertEqual(sorted(str(path.relative_to(local)) for path in local.rglob("*")), ["bin", "share", "share/man"])

    def test_destdir_comes_before_the_prefix(self):
        done = self.install(self.binary, "/usr", DESTDIR=str(self.prefix))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.files(self.prefix / "usr"), self.expected())

    def test_over_an_older_version(self):
        manuals = self.prefix / "share/man/man1"
        manuals.mkdir(parents=True)
        (self.prefix / "bin").mkdir()
        # A program that runs cannot be overwritten, only replaced.
        old = self.prefix / "bin/wasmpack"
        old.write_bytes(pathlib.Path("/bin/sleep").read_bytes())
        old.chmod(0o755)
        (manuals / "wasmpack-gone.1").write_text(f"{MARK}\nof a command that no longer exists\n")
        (manuals / "wasmpack-mine.1").write_text("an unrelated page\n")
        running = subprocess.Popen([old, "60"])
        try:
            done = self.install(self.binary, self.prefix)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIsNone(running.poll())
        finally:
            running.kill()
            running.wait()
        self.assertEqual(old.read_text(), self.binary.read_text())
        self.assertEqual(self.files(), sorted([*self.expected(), "share/man/man1/wasmpack-mine.1"]))
        (manuals / "wasmpack-gone.1").write_text(f"{MARK}\nof another version\n")
        self.assertEqual(self.install("--remove", self.prefix).returncode, 0)
        self.assertEqual(self.files(), ["share/man/man1/wasmpack-mine.1"])

    def test_a_user_without_rights(self):
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        readable = subprocess.run([*user, "test", "-r", str(ROOT / "docs/man/wasmpack.1"), "-a", "-x", str(SCRIPT)])
        if readable.returncode != 0:
            self.skipTest(f"another user cannot read {ROOT}")
        self.folder.chmod(0o755)
        # Everything but the last directory could be written.
        for name in ("bin", "share/man/man1", "share/bash-completion/completions", "share/zsh/site-functions"):
            (self.prefix / name).mkdir(parents=True)
            (self.prefix / name).chmod(0o777)
        locked = self.prefix / "share/fish"
        locked.mkdir()
        locked.chmod(0o555)
        done = self.install(self.binary, self.prefix, user=user)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn(f"you cannot change {locked}; nothing was installed", done.stderr)
        self.assertIn("try: sudo make install", done.stderr)
        self.assertEqual(self.files(), [])

    def test_a_failure_changes_nothing(self):
        before = self.folder / "a prefix"
        in_the_way = before / "share/fish/vendor_completions.d/wasmpack.fish"
        in_the_way.mkdir(parents=True)
        done = self.install(self.binary, self.prefix)
        self.assertEqual(done.returncode, 1)
        self.assertIn("wasmpack.fish is a directory", done.stderr)
        self.assertEqual(self.files(), [])
        in_the_way.rmdir()
        # A copy that fails after others have succeeded.
        copy = in_the_way.with_name(".wasmpack.fish.new")
        copy.mkdir()
        (copy / "wasmpack.fish").mkdir()
        done = self.install(self.binary, self.prefix)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("nothing was installed", done.stderr)
        self.assertEqual(self.files(), [])
        self.assertFalse((self.prefix / "bin").exists(), "directories that it made are removed")

    def test_nothing_was_built(self):
        done = self.install(self.folder / "missing", self.prefix)
        self.assertEqual(done.returncode, 1)
        self.assertIn("try: make release", done.stderr)
        self.assertFalse(self.prefix.exists())


if __name__ == "__main__":
    unittest.main()
