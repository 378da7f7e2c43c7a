"""kill -9 at moments spread over pull, push, login and build; checks the remaining files and the next run each time.

Each command is a class with: `set_up`, the state before; `start`, the run that is killed; `check`, the conditions after it
(it returns which of the allowed states was found); `again`, the same command in the same folder, which must succeed.
"""

import base64
import json
import random
import shutil
import stat

from soak_bench import Violation, pieces_of, require, sha256, stored_image

USER, PASSWORD = "demo", "hush-of-the-soak"


def leftovers(folder):
    """Returns the program's leftover temporary files."""
    return {str(path) for path in folder.rglob("*wasmpack-*") if path.is_file()}


class Pull:
    """The target is absent (or the old file), or complete and correct."""

    def __init__(self, images):
        self.images, self.bench = images, images.bench
        self.folder = self.bench.folder / "pulls"
        self.target = self.folder / "plugin.wasm"
        self.folder.mkdir()

    def set_up(self, number):
        self.target.unlink(missing_ok=True)
        if number % 2:
            self.target.write_bytes(b"an old file")

    def start(self):
        return self.bench.start("pull", self.images.pushed, "-o", self.target, "--force", "--plain-http")

    def check(self, number):
        if not self.target.exists():
            require(number % 2 == 0, "a pull that was killed has removed the old file", self.target)
            return "absent"
        if number % 2 and self.target.read_bytes() == b"an old file":
            return "old"
        require(sha256(pieces_of(self.target)) == self.images.large_module, "a partial or wrong file", self.target)
        return "new"

    def again(self):
        self.start().succeed()
        require(self.check(0) == "new", "a pull that succeeds has no file", self.target)


class Push:
    """The tag points to the old or the new image, and that image is complete."""

    def __init__(self, images):
        self.images, self.bench = images, images.bench
        self.repositories = 0

    def set_up(self, number):
        # A separate repository for each attempt, so that all content must be sent.
        self.repositories += 1
        self.repository = f"soak/push-{self.repositories}"
        self.reference = f"localhost:{self.images.port}/{self.repository}:v1"
        self.bench.run("push", self.reference, "small", "--plain-http")

    def start(self):
        return self.bench.start("push", self.reference, "large", "--plain-http")

    def check(self, number):
        digest = stored_image(self.images.port, self.repository, "v1", **self.bench.headers)
        state = {self.images.small: "old", self.images.large: "new"}.get(digest)
        require(state, f"{self.reference} is {digest}", f"neither {self.images.small} nor {self.images.large}")
        return state

    def again(self):
        self.start().succeed()
        require(self.check(0) == "new", "a push that succeeds has not moved the tag", self.reference)


class Login:
    """config.json is the old or the new file, and only its owner can read it."""

    def __init__(self, images):
        self.bench = images.bench
        self.registry = f"localhost:{self.bench.registry('--auth', 'htpasswd', '--user', f'{USER}:{PASSWORD}')}"
        other = base64.b64encode(b"someone:hush-elsewhere").decode()
        self.old = json.dumps({"auths": {"other.example": {"auth": other}}, "detachKeys": "ctrl-e,e"}).encode()

    def set_up(self, number):
        self.bench.config.write_bytes(self.old)
        self.bench.config.chmod(0o600)

    def start(self):
        arguments = ["login", self.registry, "--username", USER, "--password-stdin", "--plain-http"]
        return self.bench.start(*arguments, given=PASSWORD.encode())

    def check(self, number):
        file = self.bench.config
        mode, content = stat.S_IMODE(file.stat().st_mode), file.read_bytes()
        require(mode == 0o600, f"{file} has mode {mode:o}")
        if content == self.old:
            return "old"
        try:
            value = json.loads(content)
            has_both = set(value["auths"]) == {"other.example", self.registry} and value["detachKeys"] == "ctrl-e,e"
        except (ValueError, KeyError, TypeError):
            has_both = False
        require(has_both, f"{file} is neither the old one nor the new one")
        return "new"

    def again(self):
        self.start().succeed()
        require(self.check(0) == "new", "a login that succeeds has kept nothing", self.bench.config)


class Build:
    """The layout is complete, or has no index yet; its tag points to the old or the new image."""

    def __init__(self, images):
        self.images, self.bench = images, images.bench
        self.tag = "registry.example/soak/plugin:v1"

    def set_up(self, number):
        self.layout = self.bench.folder / f"layout-{number}"
        shutil.rmtree(self.layout, ignore_errors=True)
        if number % 2:
            self.bench.run("build", "small.wasm", "-t", self.tag, "--layout", self.layout)

    def start(self):
        return self.bench.start("build", "large.wasm", "-t", self.tag, "--layout", self.layout)

    def check(self, number):
        index = self.layout / "index.json"
        if not index.exists():
            require(number % 2 == 0, "a build that was killed has removed the index", index)
            return "absent"
        entries = json.loads(index.read_bytes())["manifests"]
        if not entries:
            require(number % 2 == 0, "a build that was killed has emptied the index", index)
            return "absent"
        self.bench.run("verify", self.layout)
        for blob in self.layout.glob("blobs/sha256/[0-9a-f]*"):
            require(sha256(pieces_of(blob)) == "sha256:" + blob.name, "a blob that is not what it is called", blob)
        state = {self.images.small: "old", self.images.large: "new"}.get(entries[0]["digest"])
        require(len(entries) == 1 and state, "the index names something else", index)
        return state

    def again(self):
        self.start().succeed()
        require(self.check(0) == "new", "a build that succeeds has not named its image", self.layout)


def moments(count, seconds, source):
    """Returns moments in random order: half spread over the whole duration, half over its end, where files are renamed."""
    late = count // 2
    parts = [(0, 1, count - late), (0.8, 0.2, late)]
    result = [(start + width * (part + source.random()) / of) * seconds for start, width, of in parts for part in range(of)]
    source.shuffle(result)
    return result


def killed_at(command, number, moment):
    """Starts the command and kills it at a moment; if it has already exited, tries again earlier."""
    for _ in range(50):
        command.set_up(number)
        run = command.start()
        status = run.end(moment)
        if status is None:
            run.process.kill()
            run.process.wait()
            return moment
        require(status == 0, f"exit {status} before it was killed", run.said(1))
        moment *= 0.8
    raise Violation(f"a command that always ends before {moment:.4f} s cannot be killed")


def kill(images, count, seed, say):
    """Kills the commands in turn; prints the found states, and returns a line for the summary."""
    bench, source = images.bench, random.Random(seed)
    commands = [Pull(images), Push(images), Login(images), Build(images)]
    plans = []
    for place, command in enumerate(commands):
        command.set_up(1000)
        seconds = command.start().succeed().seconds
        plans.append(moments(len(range(place, count, len(commands))), seconds, source))
        say(f"{type(command).__name__.lower()} takes {seconds:.3f} s")
    states, left, kept, lying = {}, 0, 0, leftovers(bench.folder)
    for number in range(count):
        command = commands[number % len(commands)]
        name = type(command).__name__.lower()
        # Odd and even runs have different initial states; each command must get both.
        variant = number // len(commands)
        moment = killed_at(command, variant, plans[number % len(commands)].pop())
        state = command.check(variant)
        known = lying
        before = leftovers(bench.folder) - known
        command.again()
        lying = leftovers(bench.folder)
        after = lying - known
        left, kept = left + len(before), kept + len(after)
        states[name, state] = states.get((name, state), 0) + 1
        say(f"kill {number + 1}: {name} at {moment:.3f} s: {state}; temporary files {len(before)}, after the next run {len(after)}")
    met = ", ".join(f"{name} {state} {times}" for (name, state), times in sorted(states.items()))
    return f"{count} kills: {met}; temporary files left by them: {left}, still there after the next run: {kept}"
