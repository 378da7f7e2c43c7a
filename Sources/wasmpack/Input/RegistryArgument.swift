import Diagnostics
import OCI

extension RegistryName {
    /// Reads the registry that a command is told: `host` or `host:port`, or its address as other programs show it.
    ///
    /// `https://` and a `/v1/` or `/v2/` behind the host are dropped. Throws ``Failure/Code/referenceInvalid``, with the
    /// line that was probably meant.
    init(argument text: String, of command: String) throws(Failure) {
        try self.init(address: text) { "wasmpack \(command) \($0)" }
    }

    /// Reads a registry or its address; the line is what the user meant to write, made of the registry's name.
    init(address text: String, _ line: (String) -> String) throws(Failure) {
        var rest = text[...]
        if let range = text.firstRange(of: "://") {
            let scheme = text[..<range.lowerBound].lowercased()
            rest = text[range.upperBound...]
            guard ["https", "oci", "docker"].contains(scheme) else {
                let registry = try RegistryName(parsing: rest.prefix { $0 != "/" })
                throw Failure(
                    .referenceInvalid,
                    "a registry has no \"\(scheme.truncated(to: 40))://\"",
                    why: scheme == "http" ? "one without TLS is asked for by --plain-http" : nil,
                    try: [line("\(registry)") + (scheme == "http" ? " --plain-http" : "")]
                )
            }
        }
        let host = rest.prefix { $0 != "/" }
        let registry = try RegistryName(parsing: host)
        let path = rest.dropFirst(host.count).split(separator: "/").joined(separator: "/")
        guard ["", "v1", "v2"].contains(path) else {
            // A name without a host is one of Docker Hub.
            let meant = (try? Reference(parsing: String(rest)))?.registry ?? registry
            throw Failure(
                .referenceInvalid,
                "a registry is meant here, not one of its repositories",
                why: "credentials are kept for a registry as a whole",
                try: [line("\(meant)")]
            )
        }
        self = registry
    }
}
