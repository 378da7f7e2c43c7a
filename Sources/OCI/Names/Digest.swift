package import Diagnostics

/// A content identifier `algorithm:encoded` (image spec, "Descriptors", Digests).
///
/// A digest exists only by computing it or by parsing a well-formed one, so no other text ever becomes part of a
/// path or a URL.
package struct Digest: Hashable, Sendable {
    /// The registered algorithms this client computes.
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

    /// How it was computed.
    package let algorithm: Algorithm
    /// The value in lower-case hexadecimal.
    package let encoded: String

    /// Computes the digest of bytes.
    package init(of bytes: [UInt8], algorithm: Algorithm = .sha256) {
        var hasher = DigestHasher(algorithm)
        bytes.withUnsafeBytes { hasher.update($0) }
        self = hasher.digest()
    }

    /// Reads a digest; throws ``Failure/Code/digestInvalid`` for everything but a registered algorithm with the
    /// right number of lower-case hexadecimal characters.
    package init(parsing text: some StringProtocol) throws(Failure) {
        func refused(_ why: String) -> Failure {
            let likely = text.lowercased()
            let isMeant = likely != text && (try? Digest(parsing: likely)) != nil
            return Failure(
                .digestInvalid,
                "invalid digest format: \"\(String(text).truncated(to: 160))\"",
                why: why,
                try: [isMeant ? likely : "a digest is \"sha256:\" and 64 lower-case hexadecimal characters"]
            )
        }
        guard let colon = text.firstIndex(of: ":") else { throw refused("there is no \":\" in it") }
        let name = text[..<colon]
        guard let algorithm = Algorithm(rawValue: String(name)) else {
            throw refused(
                "unsupported digest algorithm \"\(String(name).truncated(to: 40))\"; known are sha256 and sha512"
            )
        }
        let encoded = text[text.index(after: colon)...]
        guard encoded.utf8.count == algorithm.encodedLength else {
            throw refused(
                "\(name) takes \(algorithm.encodedLength) characters, here are \(encoded.utf8.count)"
            )
        }
        if let wrong = encoded.utf8.enumerated().first(where: { !$1.isLowerCaseHexadecimal }) {
            let position = name.utf8.count + 2 + wrong.offset
            throw refused("character \(position) is not a lower-case hexadecimal one")
        }
        self.algorithm = algorithm
        self.encoded = String(encoded)
    }

    /// Whether a text begins as a digest does, well-formed or not.
    static func namesAlgorithm(_ text: some StringProtocol) -> Bool {
        Algorithm.allCases.contains { text.hasPrefix($0.rawValue + ":") }
    }

    init(algorithm: Algorithm, finished bytes: some Sequence<UInt8>) {
        self.algorithm = algorithm
        encoded = bytes.hexadecimal()
    }
}

extension Digest: CustomStringConvertible {
    /// The digest as documents write it: `sha256:…`.
    package var description: String { "\(algorithm.rawValue):\(encoded)" }

    /// The first characters, enough for a person to tell two digests apart.
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

extension UInt8 {
    fileprivate var isLowerCaseHexadecimal: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
    }
}
