package import Diagnostics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Verifies passwords with the system's libcrypt (crypt(3)), which is opened when it is needed first.
package enum PasswordHash {
    private typealias Function =
        @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer) ->
        UnsafeMutablePointer<CChar>?

    /// Larger than `struct crypt_data` of any libcrypt, in bytes.
    private static let workspaceSize = 256 * 1024

    private static let function: Function? = {
        for name in ["libcrypt.so.1", "libcrypt.so.2"] {
            if let library = dlopen(name, RTLD_NOW | RTLD_LOCAL), let symbol = dlsym(library, "crypt_r") {
                return unsafeBitCast(symbol, to: Function.self)
            }
        }
        return nil
    }()

    /// A bcrypt hash of the password `U*U`, from crypt_blowfish's tests.
    private static let sample = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"

    /// Throws ``Failure/Code/libraryUnusable`` if this system cannot verify bcrypt hashes.
    package static func require() throws(Failure) {
        guard !matches("U*U", sample) else { return }
        throw Failure(
            .libraryUnusable,
            "libcrypt cannot be used",
            why: function == nil ? "it is not installed" : "it does not know bcrypt",
            try: ["apt install libcrypt1", "use --username and --password-stdin"]
        )
    }

    /// Returns whether a password has a hash.
    package static func matches(_ password: String, _ hash: String) -> Bool {
        // A NUL would end the password for C.
        guard let function, !password.utf8.contains(0) else { return false }
        let workspace = UnsafeMutableRawPointer.allocate(byteCount: workspaceSize, alignment: 16)
        defer { workspace.deallocate() }
        _ = workspace.initializeMemory(as: UInt8.self, repeating: 0, count: workspaceSize)
        guard let computed = function(password, hash, workspace) else { return false }
        return String(cString: computed) == hash
    }
}
