import CCrypto

// @unchecked: the context has exactly one owner, which changes it only in `mutating` methods. The borrowing methods
// only copy it.
/// Computes the digest of bytes that arrive in pieces, with libcrypto's EVP interface.
///
/// The only file that uses libcrypto.
package struct DigestHasher: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer
    private let algorithm: Digest.Algorithm
    /// The number of bytes hashed so far.
    package private(set) var byteCount = 0

    /// The version of libcrypto, for example `3.0.19`.
    package static var libraryVersion: String { String(cString: OpenSSL_version(OPENSSL_VERSION_STRING)) }

    /// Creates a hasher without input.
    package init(_ algorithm: Digest.Algorithm = .sha256) {
        let function =
            switch algorithm {
            case .sha256: EVP_sha256()
            case .sha512: EVP_sha512()
            }
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, function, nil) == 1 else {
            // Without memory or SHA-2 in libcrypto, this program cannot continue.
            fatalError("libcrypto cannot compute \(algorithm.rawValue)")
        }
        self.context = context
        self.algorithm = algorithm
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Hashes the next bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        let result = EVP_DigestUpdate(context, start, bytes.count)
        precondition(result == 1, "libcrypto cannot update a digest")
        byteCount += bytes.count
    }

    /// Returns a hasher that continues after the same bytes.
    package borrowing func copy() -> DigestHasher { DigestHasher(copying: self) }

    private init(copying other: borrowing DigestHasher) {
        guard let context = EVP_MD_CTX_new(), EVP_MD_CTX_copy_ex(context, other.context) == 1 else {
            fatalError("libcrypto cannot allocate memory for a digest")
        }
        self.context = context
        algorithm = other.algorithm
        byteCount = other.byteCount
    }

    /// Returns the digest of all bytes so far; more may follow.
    package borrowing func digest() -> Digest {
        guard let copy = EVP_MD_CTX_new(), EVP_MD_CTX_copy_ex(copy, context) == 1 else {
            fatalError("libcrypto cannot allocate memory for a digest")
        }
        defer { EVP_MD_CTX_free(copy) }
        var length: UInt32 = 0
        var value = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        let result = EVP_DigestFinal_ex(copy, &value, &length)
        precondition(result == 1, "libcrypto cannot finish a digest")
        return Digest(algorithm: algorithm, finished: value.prefix(Int(length)))
    }
}
