package import Diagnostics

/// One label of a workload: `key=value`.
package struct WorkloadLabel: Sendable, Equatable {
    package let key: String
    package let value: String

    /// Reads `key=value`; throws ``Failure/Code/usage`` if Istio's webhook would reject it.
    package init(parsing text: String) throws(Failure) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let shown = "--selector \"\(text.truncated(to: 80))\""
        guard !text.contains("*") else {
            throw Failure(
                .usage,
                "\(shown) has a wildcard",
                why: "Istio compares whole keys and values",
                try: ["omit --selector to select every workload of the namespace"]
            )
        }
        guard parts.count == 2, !parts[0].isEmpty else {
            throw Failure(
                .usage,
                "\(shown) is not a label",
                why: "a label is KEY=VALUE",
                try: Self.meant(text)
            )
        }
        if Self.isLabel(parts[0], isKey: true), Self.isLabel(parts[1], isKey: false) {
            key = String(parts[0])
            value = String(parts[1])
            return
        }
        if text.contains(",") {
            throw Failure(
                .usage,
                "\(shown) is a list",
                why: "each --selector has one label, and a label has one value",
                try: Self.meant(text)
            )
        }
        let letters = "letters, digits, -, _ and ., and starts and ends with a letter or digit"
        throw Self.isLabel(parts[0], isKey: true)
            ? Failure(
                .usage,
                "\(shown) has an invalid value",
                why: "the value of a label is empty, or has at most 63 \(letters)",
                try: Self.meant(text)
            )
            : Failure(
                .usage,
                "\(shown) has an invalid key",
                why: "the key of a label has at most 63 \(letters); a DNS name and / may come before that",
                try: Self.meant(text)
            )
    }

    /// Returns the options for the labels in a text of another form: `a=b,c=d`, `a==b` or `a: b`.
    private static func meant(_ text: String) -> [String] {
        let pairs = text.split(separator: ",").map { part in
            String(part).replacing("==", with: "=").replacing(": ", with: "=").trimmingSpaces
        }
        let labels = pairs.filter { $0 != text && (try? WorkloadLabel(parsing: $0)) != nil }
        if labels.count == pairs.count, !labels.isEmpty {
            return ["use " + labels.map { "--selector \($0)" }.joined(separator: " ")]
        }
        let isKey = isLabel(text[...], isKey: true)
        return [
            isKey
                ? "use --selector \(text)=VALUE"
                : "use --selector \(labels.first ?? "istio=ingressgateway")"
        ]
    }

    /// Whether a text is a label's key (`[prefix/]name`) or value (Kubernetes, "Labels and Selectors").
    private static func isLabel(_ text: Substring, isKey: Bool) -> Bool {
        if text.isEmpty { return !isKey }
        var name = text
        if isKey, let slash = text.firstIndex(of: "/") {
            let prefix = text[..<slash]
            guard (1...253).contains(prefix.utf8.count),
                prefix.utf8.allSatisfy({ $0.isAlphanumeric || ".-".utf8.contains($0) })
            else { return false }
            name = text[text.index(after: slash)...]
        }
        guard (1...63).contains(name.utf8.count), let first = name.utf8.first, let last = name.utf8.last
        else {
            return false
        }
        return first.isAlphanumeric && last.isAlphanumeric
            && name.utf8.allSatisfy { $0.isAlphanumeric || "-_.".utf8.contains($0) }
    }
}

/// An object that a policy attaches to: `Gateway/my-gateway`.
package struct PolicyTarget: Sendable, Equatable {
    /// The kind, for example `Gateway`.
    package let kind: String
    /// The name of the object.
    package let name: KubernetesName
    /// The API group of the kind; empty for the core group.
    package let group: String

    /// The API groups of the kinds that a policy can target.
    private static let groups: [(kind: String, group: String)] = [
        ("Gateway", "gateway.networking.k8s.io"), ("GatewayClass", "gateway.networking.k8s.io"),
        ("Service", ""), ("ServiceEntry", "networking.istio.io"),
        ("ListenerSet", "gateway.networking.k8s.io"), ("HTTPRoute", "gateway.networking.k8s.io"),
        ("GRPCRoute", "gateway.networking.k8s.io"), ("TCPRoute", "gateway.networking.k8s.io"),
        ("TLSRoute", "gateway.networking.k8s.io"), ("UDPRoute", "gateway.networking.k8s.io"),
    ]
    /// The kinds that Istio's webhook accepts.
    package static let istioKinds = ["Gateway", "GatewayClass", "Service", "ServiceEntry"]
    /// The kinds that Envoy Gateway's schema accepts.
    package static let envoyGatewayKinds = [
        "Gateway", "ListenerSet", "HTTPRoute", "GRPCRoute", "UDPRoute", "TCPRoute", "TLSRoute",
    ]

    /// Reads `KIND/NAME`; throws ``Failure/Code/usage`` for a kind that no policy can target.
    package init(parsing text: String) throws(Failure) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw Failure(
                .usage,
                "--target \"\(text.truncated(to: 80))\" is not a target",
                why: "a target is KIND/NAME",
                try: ["--target Gateway/my-gateway"]
            )
        }
        let known = Self.groups.first { $0.kind.lowercased() == parts[0].lowercased() }
        guard let known else {
            throw Failure(
                .usage,
                "--target cannot be of the kind \"\(parts[0].truncated(to: 80))\"",
                why: "the kinds are \(Self.groups.map(\.kind).joined(separator: ", "))"
            )
        }
        kind = known.kind
        group = known.group
        name = try KubernetesName(parsing: parts[1], as: .object, of: "--target", after: "\(known.kind)/")
    }
}

/// The traffic of a workload that passes through the plugin: `MODE:PORTS`.
package struct TrafficMatch: Sendable, Equatable {
    /// Istio's `WorkloadMode`: `CLIENT`, `SERVER` or `CLIENT_AND_SERVER`.
    package let mode: String
    /// Ports, each 1 to 65535; empty for all.
    package let ports: [Int64]

    /// Reads `MODE[:PORT,…]`, with `client`, `server` or `both` for the mode; throws ``Failure/Code/usage`` otherwise.
    package init(parsing text: String) throws(Failure) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let modes = ["client": "CLIENT", "server": "SERVER", "both": "CLIENT_AND_SERVER"]
        let ports = parts.count == 2 ? parts[1].split(separator: ",", omittingEmptySubsequences: false) : []
        let numbers = ports.map { Int64($0) }
        guard let mode = modes[parts[0].lowercased()],
            numbers.allSatisfy({ $0.map { (1...65535).contains($0) } ?? false }),
            Set(numbers).count == numbers.count
        else {
            throw Failure(
                .usage,
                "--match \"\(text.truncated(to: 80))\" is not valid",
                why: "it is MODE or MODE:PORT,PORT; the mode is client, server or both; "
                    + "ports are 1 to 65535, each once",
                try: ["--match server:8080"]
            )
        }
        self.mode = mode
        self.ports = numbers.compactMap(\.self)
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(String(drop { $0 == " " }).reversed().drop { $0 == " " }.reversed())
    }
}

extension UInt8 {
    fileprivate var isAlphanumeric: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
