import Diagnostics
import OCI

extension RegistryName {
    /// Reads a command's registry argument: `host`, `host:port`, or a URL as other programs show it.
    ///
    /// `https://` and a `/v1/` or `/v2/` after the host are dropped. Throws ``Failure/Code/referenceInvalid``, with the
    /// corrected command as a hint.
    init(argument text: String, of command: String) throws(Failure) {
        try self.init(address: text) { "wasmpack \(command) \($0)" }
    }

    /// Reads a registry or its URL; `line` returns the corrected command for the registry's name.
    init(address text: String, _ line: (String) -> String) throws(Failure) {
        var rest = text[...]
        if let range = text.firstRange(of: "://") {
            let scheme = text[..<range.lowerBound].lowercased()
            rest = text[range.upperBound...]
            guard ["https", "oci", "docker"].contains(scheme) else {
                let registry = try RegistryName(parsing: rest.prefix { $0 != "/" })
                throw Failure(
                    .referenceInvalid,
                    "a registry's name does not begin with \"\(scheme.truncated(to: 40))://\"",
                    why: scheme == "http" ? "--plain-http selects HTTP instead of HTTPS" : nil,
                    try: [line("\(registry)") + (scheme == "http" ? " --plain-http" : "")]
                )
            }
        }
        let host = rest.prefix { $0 != "/" }
        let registry = try RegistryName(parsing: host)
        let path = rest.dropFirst(host.count).split(separator: "/").joined(separator: "/")
        guard ["", "v1", "v2"].contains(path) else {
            // A name without a host belongs to Docker Hub.
            let intended = (try? Reference(parsing: String(rest)))?.registry ?? registry
            throw Failure(
                .referenceInvalid,
                "expected a registry, not a repository",
                why: "credentials are stored per registry",
                try: [line("\(intended)")]
            )
        }
        self = registry
    }
}
