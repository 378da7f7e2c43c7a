import CCurl

/// A URL parsed by libcurl, freed exactly once.
struct URLHandle: ~Copyable {
    private let raw: OpaquePointer

    init() throws(TransferError) {
        try CurlLibrary.require()
        guard let raw = curl_url() else {
            throw TransferError(.other, "libcurl cannot allocate memory for a URL")
        }
        self.raw = raw
    }

    deinit { curl_url_cleanup(raw) }

    /// Parses an absolute URL without a user name or password; keeps its path unchanged.
    borrowing func parse(_ text: String) throws(TransferError) {
        try Self.check(curl_url_set(raw, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER | CURLU_PATH_AS_IS)))
    }

    borrowing func scheme() throws(TransferError) -> String? {
        try part(CURLUPART_SCHEME, unless: CURLUE_NO_SCHEME)
    }
    borrowing func host() throws(TransferError) -> String {
        try part(CURLUPART_HOST, unless: CURLUE_NO_HOST) ?? ""
    }
    borrowing func zone() throws(TransferError) -> String? {
        try part(CURLUPART_ZONEID, unless: CURLUE_NO_ZONEID)
    }
    borrowing func path() throws(TransferError) -> String {
        try part(CURLUPART_PATH, unless: CURLUE_OK) ?? "/"
    }
    borrowing func query() throws(TransferError) -> String? {
        try part(CURLUPART_QUERY, unless: CURLUE_NO_QUERY)
    }
    borrowing func port() throws(TransferError) -> String {
        try part(CURLUPART_PORT, unless: CURLUE_NO_PORT, flags: CURLU_DEFAULT_PORT) ?? ""
    }

    private borrowing func part(
        _ part: CURLUPart,
        unless missing: CURLUcode,
        flags: Int32 = 0
    ) throws(TransferError) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        let code = wasmpack_url_get(raw, part, &text, UInt32(flags))
        if code == missing && code != CURLUE_OK { return nil }
        try Self.check(code)
        guard let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    private static func check(_ code: CURLUcode) throws(TransferError) {
        guard code != CURLUE_OK else { return }
        throw TransferError(.invalidURL, curl_url_strerror(code).map { String(cString: $0) } ?? "not a URL")
    }
}
