import Diagnostics
import OCI

extension RegistryName {
    /// Reads the registry that a command is told: `host` or `host:port`, or its address as other programs show it.
    ///
    /// `https://` and a `/v1/` or `/v2/` behind the host are dropped. Throws ``Failure/Code/referenceInvalid``, with the
    /// line that was probably meant.
    init(argument text: String, of command: String) throws(Failure) {
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
                    try: ["wasmpack \(command) \(registry)" + (scheme == "http" ? " --plain-http" : "")]
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
                "\(command) takes a registry, not one of its repositories",
                why: "credentials are kept for a registry as a whole",
                try: ["wasmpack \(command) \(meant)"]
            )
        }
        self = registry
    }
}
