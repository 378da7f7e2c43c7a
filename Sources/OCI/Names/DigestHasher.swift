import CCrypto

// @unchecked: the context has exactly one owner, which changes it only through `mutating`, so exclusive, access; the
// one borrowing method copies it and hands libcrypto a pointer to const.
/// Computes one digest over bytes that arrive in pieces, by libcrypto's EVP interface.
///
/// The only file that knows libcrypto.
package struct DigestHasher: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer
    private let algorithm: Digest.Algorithm
    /// The number of bytes taken so far.
    package private(set) var byteCount = 0

    /// Starts an empty computation.
    package init(_ algorithm: Digest.Algorithm = .sha256) {
        let function =
            switch algorithm {
            case .sha256: EVP_sha256()
            case .sha512: EVP_sha512()
            }
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, function, nil) == 1 else {
            // Only without memory, or with a libcrypto built without SHA-2: nothing this program does could go on.
            fatalError("libcrypto cannot compute \(algorithm.rawValue)")
        }
        self.context = context
        self.algorithm = algorithm
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes the next bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        let result = EVP_DigestUpdate(context, start, bytes.count)
        precondition(result == 1, "libcrypto refused to go on with a digest")
        byteCount += bytes.count
    }

    /// Another computation that goes on from the same bytes.
    package borrowing func copy() -> DigestHasher { DigestHasher(copying: self) }

    private init(copying other: borrowing DigestHasher) {
        guard let context = EVP_MD_CTX_new(), EVP_MD_CTX_copy_ex(context, other.context) == 1 else {
            fatalError("libcrypto has no memory for a digest")
        }
        self.context = context
        algorithm = other.algorithm
        byteCount = other.byteCount
    }

    /// The digest of all bytes taken so far; more may follow.
    package borrowing func digest() -> Digest {
        guard let copy = EVP_MD_CTX_new(), EVP_MD_CTX_copy_ex(copy, context) == 1 else {
            fatalError("libcrypto has no memory for a digest")
        }
        defer { EVP_MD_CTX_free(copy) }
        var length: UInt32 = 0
        var value = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        let result = EVP_DigestFinal_ex(copy, &value, &length)
        precondition(result == 1, "libcrypto refused to end a digest")
        return Digest(algorithm: algorithm, finished: value.prefix(Int(length)))
    }
}
