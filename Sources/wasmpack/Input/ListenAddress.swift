import Diagnostics

/// The address on which a server listens: `HOST:PORT`.
struct ListenAddress: Equatable {
    /// An IP address without brackets, or `localhost`.
    let host: String
    /// The port; 0 lets the system choose one.
    let port: Int

    /// Reads `127.0.0.1:5000`, `[::1]:5000` or `localhost:0`; throws ``Failure/Code/usage``.
    init(parsing text: String) throws(Failure) {
        let typed = text.split(separator: ":").last.flatMap { UInt16($0) } ?? 5000
        let remedy = ["use --listen 127.0.0.1:\(typed)", "use --listen 127.0.0.1:0 for a free port"]
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65535).contains(port), text[text.index(after: colon)...].allSatisfy(\.isNumber)
        else {
            throw Failure(
                .usage,
                "--listen \"\(text.truncated(to: 80))\" is not ADDRESS:PORT",
                why: "the port is a number from 0 to 65535",
                try: remedy
            )
        }
        let name = text[..<colon]
        let isBracketed = name.hasPrefix("[") && name.hasSuffix("]")
        let host = isBracketed ? String(name.dropFirst().dropLast()) : String(name)
        guard host == "localhost" || IPAddress(host).map({ ($0.bytes.count == 16) == isBracketed }) ?? false
        else {
            throw Failure(
                .usage,
                "--listen \"\(text.truncated(to: 80))\" does not begin with an IP address",
                why: "IPv6 addresses need brackets",
                try: remedy
            )
        }
        self.host = host
        self.port = port
    }

    /// Whether only this machine can reach it.
    var isLoopback: Bool { IPAddress.Host(host).isLoopback }

    /// Returns the address as it is written in URLs and references.
    static func written(_ host: String, _ port: Int) -> String {
        "\(host.bracketedHost):\(port)"
    }
}
