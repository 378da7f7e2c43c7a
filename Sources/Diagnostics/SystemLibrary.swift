#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A C library of the system that is opened when it is needed first: a start without it is several milliseconds faster.
package struct SystemLibrary: Sendable {
    /// Why the library cannot be used; `nil` if it can be.
    package let failure: Failure?

    /// Opens a library.
    ///
    /// - Parameters:
    ///   - name: its name for people, for example `libcurl`.
    ///   - minimum: the oldest version that is supported.
    ///   - packages: its packages in Debian and Homebrew.
    ///   - open: opens it; returns `nil` or the dynamic linker's message, which is freed.
    ///   - check: returns why the opened library cannot be used; `nil` if it can be.
    package init(
        _ name: String,
        minimum: String,
        packages: (debian: String, homebrew: String),
        open: () -> UnsafeMutablePointer<CChar>?,
        check: () -> String?
    ) {
        let message = open()
        defer { free(message) }
        failure = (message.map { String(cString: $0) } ?? check()).map { why in
            Failure(
                .libraryUnusable,
                "\(name) cannot be used",
                why: "\(why); version \(minimum) or later is needed",
                try: ["apt install \(packages.debian)", "on macOS: brew install \(packages.homebrew)"]
            )
        }
    }

    /// Throws ``Failure/Code/libraryUnusable`` if the library is missing, broken, too old or lacks what is needed.
    package func require() throws(Failure) {
        if let failure { throw failure }
    }
}
