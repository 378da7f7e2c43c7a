import CCurl

/// Which libraries the transport stands on.
package enum LibraryVersions {
    /// libcurl and its version, for example `libcurl/7.88.1`.
    package static var curl: String { words.first ?? "libcurl" }

    /// The TLS library below it and its version, for example `OpenSSL/3.0.15`.
    package static var tls: String { words.dropFirst().first ?? "no TLS" }

    private static var words: [String] {
        curl_version().map { String(cString: $0).split(separator: " ").map(String.init) } ?? []
    }
}
