package import Diagnostics

/// A content identifier `algorithm:encoded` (image spec, "Descriptors", Digests).
///
/// Every value was computed or parsed from a well-formed text, so it is safe in paths and URLs.
package struct Digest: Hashable, Sendable {
    /// The registered algorithms that this client supports.
    package enum Algorithm: String, Sendable, CaseIterable {
        case sha256
        case sha512

        /// The number of lower-case hexadecimal characters of an encoded digest.
        package var encodedLength: Int {
            switch self {
            case .sha256: 64
            case .sha512: 128
            }
        }
    }

    /// The hash algorithm.
    package let algorithm: Algorithm
    /// The value in lower-case hexadecimal.
    package let encoded: String

    /// Computes the digest of bytes.
    package init(of bytes: [UInt8], algorithm: Algorithm = .sha256) {
        var hasher = DigestHasher(algorithm)
        bytes.withUnsafeBytes { hasher.update($0) }
        self = hasher.digest()
    }

    /// Reads a digest; throws ``Failure/Code/digestInvalid`` unless the text is a supported algorithm with the right number
    /// of lower-case hexadecimal characters.
    package init(parsing text: some StringProtocol) throws(Failure) {
        func rejection(_ why: String) -> Failure {
            let likely = text.lowercased()
            let isMeant = likely != text && (try? Digest(parsing: likely)) != nil
            return Failure(
                .digestInvalid,
                "invalid digest format: \"\(String(text).truncated(to: 160))\"",
                why: why,
                try: [isMeant ? likely : "a digest is \"sha256:\" and 64 lower-case hexadecimal characters"]
            )
        }
        guard let colon = text.firstIndex(of: ":") else { throw rejection("it has no \":\"") }
        let name = text[..<colon]
        guard let algorithm = Algorithm(rawValue: String(name)) else {
            throw rejection(
                "unsupported digest algorithm \"\(String(name).truncated(to: 40))\"; known are sha256 and sha512"
            )
        }
        let encoded = text[text.index(after: colon)...]
        guard encoded.utf8.count == algorithm.encodedLength else {
            throw rejection(
                "\(name) needs \(algorithm.encodedLength) characters, not \(encoded.utf8.count)"
            )
        }
        if let wrong = encoded.utf8.enumerated().first(where: { !$1.isLowercaseHexadecimal }) {
            let position = name.utf8.count + 2 + wrong.offset
            throw rejection("character \(position) is not a lower-case hexadecimal digit")
        }
        self.algorithm = algorithm
        self.encoded = String(encoded)
    }

    /// Returns whether a text starts with an algorithm and a colon.
    static func namesAlgorithm(_ text: some StringProtocol) -> Bool {
        Algorithm.allCases.contains { text.hasPrefix($0.rawValue + ":") }
    }

    init(algorithm: Algorithm, finished bytes: some Sequence<UInt8>) {
        self.algorithm = algorithm
        encoded = bytes.hexadecimal()
    }
}

extension Digest: CustomStringConvertible {
    /// The digest, as written in documents: `sha256:…`.
    package var description: String { "\(algorithm.rawValue):\(encoded)" }

    /// The digest with only 12 characters, for messages.
    package var short: String { "\(algorithm.rawValue):\(encoded.prefix(12))…" }
}

extension Digest: Codable {
    /// Reads a digest from its text; throws ``Failure/Code/digestInvalid``.
    package init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the digest as its text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
