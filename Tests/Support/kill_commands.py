"""The commands that write, each with its state before, its run, and the conditions after a kill (see soak_kills.py)."""

import json
import shutil

import soak_kills
from kill_points import PASSWORD
from soak_bench import require, stored_image


class Login(soak_kills.Login):
    """The same registry as for the other commands; a login adds an entry to a file that has another one."""

    def __init__(self, images):
        self.bench, self.registry = images.bench, images.bench.name
        self.old = json.dumps({"auths": {"other.example": {"auth": "c29tZW9uZTpodXNo"}}, "detachKeys": "ctrl-e,e"}).encode()

    def start(self):
        arguments = ["login", self.registry, "--username", "demo", "--password-stdin", "--plain-http"]
        return self.bench.start(*arguments, given=PASSWORD.encode())


class PushModule(soak_kills.Push):
    """A push that packs the module first."""

    def start(self):
        return self.bench.start("push", self.reference, "large.wasm", "--plain-http")


class CopyLayout(soak_kills.Push):
    """A copy from a layout to the registry."""

    def start(self):
        return self.bench.start("copy", "large", self.reference, "--plain-http")


class Tag:
    """The tag is absent, or points to the old or the new image."""

    def __init__(self, images):
        self.images, self.bench, self.tags = images, images.bench, 0
        self.repository = "soak/tags"
        for name in ("small", "large"):
            self.bench.run("push", f"{self.bench.name}/{self.repository}:{name}", name, "--plain-http")

    def set_up(self, number):
        self.tags += 1
        if number % 2:
            self.bench.run("tag", f"{self.bench.name}/{self.repository}:small", f"v{self.tags}", "--plain-http")

    def start(self):
        return self.bench.start("tag", f"{self.bench.name}/{self.repository}:large", f"v{self.tags}", "--plain-http")

    def check(self, number):
        digest = stored_image(self.images.port, self.repository, f"v{self.tags}", **self.bench.headers)
        state = {None: "absent", self.images.small: "old", self.images.large: "new"}.get(digest)
        require(state, f"v{self.tags} is {digest}", f"neither {self.images.small} nor {self.images.large}")
        require(state != "absent" or number % 2 == 0, "a command that was killed has removed a tag")
        return state

    def again(self):
        self.start().succeed()
        require(self.check(0) == "new", "a command that succeeds has not set the tag")


class PullLayout(soak_kills.Build):
    """A pull into a layout that is new, or has another image of the same name."""

    def __init__(self, images):
        self.images, self.bench = images, images.bench
        self.reference, self.before = f"{self.bench.name}/soak/moved:v1", self.bench.folder / "layout-before"
        self.bench.run("push", self.reference, "small", "--plain-http")
        self.bench.run("pull", self.reference, "--layout", self.before, "--plain-http")
        self.bench.run("push", self.reference, "large", "--plain-http")

    def set_up(self, number):
        self.layout = self.bench.folder / f"pulled-{number % 2}"
        shutil.rmtree(self.layout, ignore_errors=True)
        if number % 2:
            shutil.copytree(self.before, self.layout)

    def start(self):
        return self.bench.start("pull", self.reference, "--layout", self.layout, "--plain-http")


class BuildArchive:
    """The archive is absent or complete; one that was there before stays."""

    def __init__(self, images):
        self.images, self.bench = images, images.bench
        self.folder = self.bench.folder / type(self).__name__
        self.folder.mkdir()
        self.archive, self.tag = self.folder / "plugin.tar", "registry.example/soak/plugin:v1"

    def set_up(self, number):
        self.archive.unlink(missing_ok=True)
        if number % 2:
            self.start().succeed()

    def start(self):
        return self.bench.start("build", "large.wasm", "-t", self.tag, "--archive", self.archive)

    def check(self, number):
        if not self.archive.exists():
            require(number % 2 == 0, "a command that was killed has removed the old archive", self.archive)
            return "absent"
        said = self.bench.run("verify", self.archive).said()
        require(self.images.large in said, "an archive with another image", self.archive, said)
        return "new"

    def again(self):
        self.start().succeed()
        require(self.check(0) == "new", "a command that succeeds has not written its archive", self.archive)


class CopyArchive(BuildArchive):
    """A copy from the registry to a new archive: to one that has the image it would write nothing."""

    def set_up(self, number):
        super().set_up(0)

    def check(self, number):
        return super().check(0)

    def start(self):
        return self.bench.start("copy", self.images.pushed, self.archive, "--plain-http")


COMMANDS = {
    "build": soak_kills.Build,
    "build-archive": BuildArchive,
    "push": soak_kills.Push,
    "push-module": PushModule,
    "pull": soak_kills.Pull,
    "pull-layout": PullLayout,
    "copy-to-archive": CopyArchive,
    "copy-to-registry": CopyLayout,
    "login": Login,
    "tag": Tag,
}
