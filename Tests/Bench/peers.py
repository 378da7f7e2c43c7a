"""The programs that do the same work as wasmpack, and the command of each for each work."""

import shlex
import shutil
import subprocess

# How each program tells its version, and the first word of the answer that is one.
VERSIONS = {
    "skopeo": ["--version"],
    "umoci": ["--version"],
    "buildah": ["--version"],
    "pigz": ["--version"],
    "curl": ["--version"],
    "crane": ["version"],
    "oras": ["version"],
    "regctl": ["version"],
}


def available():
    """Returns the names of the peers on PATH, and the version of each."""
    found = {}
    for name, arguments in VERSIONS.items():
        if shutil.which(name):
            result = subprocess.run([name, *arguments], capture_output=True, text=True, check=False)
            said = (result.stdout + result.stderr).replace(",", " ").split()
            found[name] = next((word for word in said if word.lstrip("v")[:1].isdigit()), "of unknown version")
    return found


def shell(*commands):
    """One command that runs several, as a script of a user would."""
    return ["sh", "-ec", "; ".join(shlex.join(command) for command in commands)]


class Wasmpack:
    """wasmpack's commands; everything else has the same methods, where it can do the work."""

    def __init__(self, program):
        self.program = program

    def start(self):
        return [self.program, "--version"]

    def build(self, place, module):
        return [self.program, "build", module, "--no-check", "-q", "--layout", f"{place}/out"]

    def checked_build(self, place, module):
        return [self.program, "build", module, "-q", "--layout", f"{place}/out"]

    def named_build(self, layout, module):
        return [self.program, "build", module, "-t", "bench.test/a/b:new", "--no-check", "-q", "--layout", layout]

    def list(self, store):
        return [self.program, "ls", str(store)]

    def inspect(self, image):
        return [self.program, "inspect", image]

    def verify(self, store):
        return [self.program, "verify", str(store)]

    def copy(self, image, target):
        return [self.program, "copy", image, target, "-q"]

    def tags(self, registry, repository):
        return [self.program, "tags", repository, *self.plain(registry)]

    def check(self, module):
        return [self.program, "check", module, "--for", "istio"]

    def test(self, file, envoy):
        return [self.program, "test", file, f"--envoy={envoy}"]

    def push(self, registry, layout, reference):
        return [self.program, "push", reference, f"{layout}:v1", "--no-check", "-q", *self.plain(registry)]

    def pull(self, registry, reference, place):
        return [self.program, "pull", reference, "-q", "--layout", f"{place}/out", *self.plain(registry)]

    def digest(self, registry, reference):
        return [self.program, "digest", reference, *self.plain(registry)]

    @staticmethod
    def plain(registry):
        return ["--plain-http"] if registry.plain else []


class Skopeo:
    def start(self):
        return ["skopeo", "--version"]

    def push(self, registry, layout, reference):
        return ["skopeo", "copy", "-q", *self.safety(registry, "--dest"), f"oci:{layout}:v1", f"docker://{reference}"]

    def pull(self, registry, reference, place):
        return ["skopeo", "copy", "-q", *self.safety(registry, "--src"), f"docker://{reference}", f"oci:{place}/out:v1"]

    def digest(self, registry, reference):
        return ["skopeo", "inspect", "--raw", *self.safety(registry, ""), f"docker://{reference}"]

    def tags(self, registry, repository):
        return ["skopeo", "list-tags", *self.safety(registry, ""), f"docker://{repository}"]

    @staticmethod
    def safety(registry, side):
        prefix = f"{side}-" if side else "--"
        return [f"{prefix}tls-verify=false"] if registry.plain else [f"{prefix}cert-dir", registry.certificates]


class Umoci:
    def start(self):
        return ["umoci", "--version"]

    def build(self, place, module):
        image = f"{place}/out:v1"
        return shell(
            ["umoci", "init", "--layout", f"{place}/out"],
            ["umoci", "new", "--image", image],
            ["umoci", "insert", "--image", image, module, "/plugin.wasm"],
        )


class Buildah:
    def start(self):
        return ["buildah", "--version"]

    def build(self, place, module):
        return [
            "sh",
            "-ec",
            'c=$(buildah --storage-driver vfs --root "$1/root" --runroot "$1/run" from scratch)\n'
            'b() { buildah --storage-driver vfs --root "$r/root" --runroot "$r/run" "$@"; }\n'
            'r=$1; b copy -q "$c" "$2" /plugin.wasm >/dev/null; b commit -q "$c" "oci:$1/out:v1" >/dev/null; b rm "$c" >/dev/null',
            "sh",
            place,
            module,
        ]


class Pigz:
    def build(self, place, module):
        return ["sh", "-ec", 'tar -cf - "$2" 2>/dev/null | pigz -p2 >"$1/layer"', "sh", place, module]


class Crane:
    def start(self):
        return ["crane", "version"]

    def build(self, place, module):
        return [
            "sh",
            "-ec",
            'tar -cf "$1/layer.tar" "$2" 2>/dev/null; crane append --oci-empty-base -f "$1/layer.tar" -t a/b:v1 -o "$1/out.tar" 2>/dev/null',
            "sh",
            place,
            module,
        ]

    def push(self, registry, layout, reference):
        return ["crane", "push", *self.insecure(registry), f"{layout}", reference]

    def pull(self, registry, reference, place):
        return ["crane", "pull", *self.insecure(registry), "--format", "oci", reference, f"{place}/out"]

    def digest(self, registry, reference):
        return ["crane", "digest", *self.insecure(registry), reference]

    @staticmethod
    def insecure(registry):
        return ["--insecure"] if registry.plain else []


class Oras:
    def start(self):
        return ["oras", "version"]

    def push(self, registry, layout, reference):
        return ["oras", "copy", "--no-tty", "--from-oci-layout", f"{layout}:v1", *self.plain(registry, "--to-"), reference]

    def pull(self, registry, reference, place):
        return ["oras", "copy", "--no-tty", *self.plain(registry, "--from-"), reference, "--to-oci-layout", f"{place}/out:v1"]

    def digest(self, registry, reference):
        return ["oras", "resolve", *self.plain(registry, "--"), reference]

    @staticmethod
    def plain(registry, side):
        return [f"{side}plain-http"] if registry.plain else []


class Regctl:
    def start(self):
        return ["regctl", "version"]

    def push(self, registry, layout, reference):
        return ["regctl", *self.host(registry), "image", "copy", f"ocidir://{layout}:v1", reference]

    def pull(self, registry, reference, place):
        return ["regctl", *self.host(registry), "image", "copy", reference, f"ocidir://{place}/out:v1"]

    def digest(self, registry, reference):
        return ["regctl", *self.host(registry), "image", "digest", reference]

    @staticmethod
    def host(registry):
        return ["--host", f"reg={registry.name},tls={'disabled' if registry.plain else 'enabled'}"]


OTHERS = {
    "crane": Crane(),
    "oras": Oras(),
    "regctl": Regctl(),
    "skopeo": Skopeo(),
    "umoci": Umoci(),
    "buildah": Buildah(),
    "pigz": Pigz(),
}
