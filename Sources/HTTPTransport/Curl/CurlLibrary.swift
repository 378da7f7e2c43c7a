import CCurl
package import Diagnostics
import Dispatch

/// libcurl, which is opened by its first use.
package enum CurlLibrary {
    /// The version that added the last of the functions and options used here (`CURLOPT_PROTOCOLS_STR`).
    private static let minimum: (text: String, number: UInt32) = ("7.85.0", 0x07_5500)

    /// libcurl, initialized; the first access takes several milliseconds.
    package static let shared = SystemLibrary(
        "libcurl",
        minimum: minimum.text,
        packages: ("libcurl4", "curl"),
        open: wasmpack_open_curl,
        check: check
    )

    /// Opens the library on another thread, for a command that needs it after other work.
    ///
    /// Opening takes several milliseconds, and so does reading the system's certificate authorities. A later use waits for the end.
    ///
    /// - Parameter usesTLS: whether the authorities are read too.
    package static func openInBackground(usesTLS: Bool) {
        DispatchQueue.global(qos: .userInitiated).async {
            guard isUsable, usesTLS else { return }
            _ = SystemAuthorities.current
        }
    }

    private static func check() -> String? {
        // Not copied: the struct of an older library is shorter than that of the header.
        guard let info = curl_version_info(CURLVERSION_FIRST) else { return "it has no version" }
        guard info.pointee.version_num >= minimum.number else {
            return "its version is \(info.pointee.version.map { String(cString: $0) } ?? "unknown")"
        }
        guard info.pointee.features & CURL_VERSION_SSL != 0 else { return "it was built without TLS" }
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK else {
            return "it cannot be initialized"
        }
        return nil
    }

    /// Whether it was built with HTTP/2.
    static let hasHTTP2: Bool = {
        guard isUsable, let info = curl_version_info(CURLVERSION_FIRST) else { return false }
        return info.pointee.features & CURL_VERSION_HTTP2 != 0
    }()

    /// Returns a text about the library; `nil` without the library.
    ///
    /// Not from `curl_version()`, which initializes libldap: that loads its modules and resolves this machine's name.
    static func text(_ member: (curl_version_info_data) -> UnsafePointer<CChar>?) -> String? {
        guard isUsable, let info = curl_version_info(CURLVERSION_FIRST) else { return nil }
        return member(info.pointee).map { String(cString: $0) }
    }

    static var isUsable: Bool { shared.failure == nil }

    /// Throws ``TransferError/Kind/libraryUnusable`` if libcurl cannot be used.
    static func require() throws(TransferError) {
        guard let failure = shared.failure else { return }
        throw TransferError(.libraryUnusable, failure.why ?? failure.message)
    }
}
