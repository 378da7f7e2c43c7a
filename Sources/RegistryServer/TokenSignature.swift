import Diagnostics
import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Signs texts, so that a registry recognizes them without keeping them: HMAC with SHA-256 (RFC 2104) and a random key.
struct TokenSignature: Sendable {
    /// The block size of SHA-256, in bytes.
    private static let blockSize = 64

    private let key: [UInt8]

    /// Makes a key; texts that another value has signed are not recognized.
    init() { self.init(key: (0..<Self.blockSize).map { _ in UInt8.random(in: .min ... .max) }) }

    /// Uses a key of at most 64 bytes.
    init(key: [UInt8]) { self.key = key + Array(repeating: 0, count: Self.blockSize - key.count) }

    /// Returns the text in base64url, a dot, and its signature.
    func signed(_ text: String) -> String {
        let encoded = Self.base64URL(Array(text.utf8))
        return "\(encoded).\(signature(of: Array(encoded.utf8)).hexadecimal())"
    }

    /// Returns the text of a token; `nil` unless this value has signed it.
    func text(of token: String) -> String? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2,
            Accounts.areEqual(
                Array(parts[1].utf8),
                Array(signature(of: Array(parts[0].utf8)).hexadecimal().utf8)
            )
        else { return nil }
        let padding = String(repeating: "=", count: (4 - parts[0].utf8.count % 4) % 4)
        let text = parts[0].replacing("-", with: "+").replacing("_", with: "/") + padding
        return Base64.decode(String(text)).flatMap { String(validating: $0, as: UTF8.self) }
    }

    func signature(of bytes: [UInt8]) -> [UInt8] {
        let inner = Self.hash(key.map { $0 ^ 0x36 } + bytes)
        return Self.hash(key.map { $0 ^ 0x5C } + inner)
    }

    private static func hash(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array(Digest(of: bytes).encoded.utf8)
        return stride(from: 0, to: digits.count, by: 2).compactMap { position in
            UInt8(String(decoding: digits.dropFirst(position).prefix(2), as: UTF8.self), radix: 16)
        }
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}
