import CCurl
package import Diagnostics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// libcurl, which is opened by its first use.
package enum CurlLibrary {
    /// The version that added the last of the functions used here.
    private static let minimum: (text: String, number: UInt32) = ("7.80.0", 0x07_5000)

    /// libcurl, initialized; the first access takes several milliseconds.
    package static let shared = SystemLibrary(
        "libcurl",
        minimum: minimum.text,
        packages: ("libcurl4", "curl"),
        open: open
    )

    private static func open() -> String? {
        if let message = wasmpack_open_curl() {
            defer { free(message) }
            return String(cString: message)
        }
        guard let info = curl_version_info(CURLVERSION_FIRST)?.pointee else { return "it has no version" }
        guard info.version_num >= minimum.number else {
            return "its version is \(info.version.map { String(cString: $0) } ?? "unknown")"
        }
        guard info.features & CURL_VERSION_SSL != 0 else { return "it was built without TLS" }
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK else {
            return "it cannot be initialized"
        }
        return nil
    }

    static var isUsable: Bool { shared.failure == nil }

    /// Throws ``TransferError/Kind/libraryUnusable`` if libcurl cannot be used.
    static func require() throws(TransferError) {
        guard let failure = shared.failure else { return }
        throw TransferError(.libraryUnusable, failure.why ?? failure.message)
    }
}
