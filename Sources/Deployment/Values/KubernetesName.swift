package import Diagnostics

/// A name of a Kubernetes object or namespace: a DNS subdomain or label (RFC 1123).
package struct KubernetesName: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// The kind of a name.
    package enum Kind: Sendable {
        /// A namespace: at most 63 of `[a-z0-9-]`.
        case namespace
        /// Any other object: at most 253, dots too.
        case object

        fileprivate var limit: Int { self == .namespace ? 63 : 253 }
    }

    /// Reads a name.
    ///
    /// - Parameters:
    ///   - text: the name.
    ///   - kind: the kind of the name.
    ///   - option: the option that gave it, for messages, such as `--name`.
    ///   - prefix: what the option's value has before the name, such as `Gateway/`.
    /// - Throws: ``Failure/Code/usage`` with a correction, if there is one.
    package init(parsing text: String, as kind: Kind, of option: String, after prefix: String = "")
        throws(Failure)
    {
        guard !Self.isValid(text, kind) else {
            description = text
            return
        }
        let rule =
            kind == .namespace
            ? "a namespace has 1 to 63 of a-z, 0-9 and -, and starts and ends with a letter or digit"
            : "a name has 1 to 253 of a-z, 0-9, - and ., and starts and ends with a letter or digit"
        throw Failure(
            .usage,
            "\(option) \"\(prefix)\(text.truncated(to: 80))\" "
                + (prefix.isEmpty
                    ? "is not a valid Kubernetes name" : "does not contain a valid Kubernetes name"),
            why: rule,
            try: Self.repaired(text, kind).map { ["\(option) \(prefix)\($0)"] } ?? []
        )
    }

    /// Creates the name of a plugin from the last part of its repository.
    package init(ofPlugin repository: String) {
        let last = repository.split(separator: "/").last.map(String.init) ?? ""
        description = Self.repaired(last, .namespace) ?? "plugin"
    }

    private static func isValid(_ text: String, _ kind: Kind) -> Bool {
        guard (1...kind.limit).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.utf8.first, let last = label.utf8.last else { return false }
            return label.utf8.allSatisfy { $0.isNameByte || $0 == UInt8(ascii: "-") } && first.isNameByte
                && last.isNameByte
        } && (kind == .object || !text.contains("."))
    }

    /// Returns the nearest valid name; `nil` if nothing of it can be used.
    private static func repaired(_ text: String, _ kind: Kind) -> String? {
        let lowered = text.lowercased().utf8.prefix(kind.limit).map { byte in
            byte.isNameByte || byte == UInt8(ascii: ".") && kind == .object ? byte : UInt8(ascii: "-")
        }
        let body = lowered.drop { !$0.isNameByte }
        let end = body.lastIndex { $0.isNameByte }
        guard let end else { return nil }
        let name = String(decoding: body[...end], as: UTF8.self)
        return isValid(name, kind) ? name : nil
    }
}

extension UInt8 {
    fileprivate var isNameByte: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
