import CCurl
import Diagnostics

/// A libcurl easy handle and its memory, freed exactly once.
struct EasyHandle: ~Copyable {
    typealias DataCallback =
        @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int
    typealias SeekCallback = @convention(c) (UnsafeMutableRawPointer?, Int64, Int32) -> Int32

    typealias AddressCallback =
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, Int32) -> Int32

    private let raw: UnsafeMutableRawPointer
    private let message: UnsafeMutablePointer<CChar>
    private let peer: UnsafeMutablePointer<wasmpack_peer>
    private var fields: UnsafeMutablePointer<curl_slist>?
    private var addressCheck: UnsafeMutablePointer<wasmpack_address_check>?

    init() throws(TransferError) {
        try CurlLibrary.require()
        guard let raw = curl_easy_init() else {
            throw TransferError(.other, "libcurl cannot be initialized")
        }
        guard let peer = wasmpack_new_peer() else {
            curl_easy_cleanup(raw)
            throw TransferError(.other, "libcurl cannot allocate memory for another request")
        }
        self.raw = raw
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        self.peer = peer
    }

    deinit {
        curl_easy_cleanup(raw)
        curl_slist_free_all(fields)
        message.deallocate()
        addressCheck?.deallocate()
        wasmpack_release_peer(peer)
    }

    /// Makes libcurl write its error messages where ``errorMessage(for:)`` reads them.
    borrowing func keepErrorMessages() throws(TransferError) {
        try Self.check(wasmpack_setopt_pointer(raw, CURLOPT_ERRORBUFFER.rawValue, message))
        wasmpack_keep_peer(raw, peer)
    }

    borrowing func set(_ option: CURLoption, to value: Int) throws(TransferError) {
        try Self.check(wasmpack_setopt_long(raw, option.rawValue, value))
    }

    borrowing func set(_ option: CURLoption, toOffset value: Int) throws(TransferError) {
        try Self.check(wasmpack_setopt_offset(raw, option.rawValue, Int64(value)))
    }

    borrowing func set(_ option: CURLoption, to value: String?) throws(TransferError) {
        if let value {
            try Self.check(wasmpack_setopt_string(raw, option.rawValue, value))
        } else {
            try Self.check(wasmpack_setopt_string(raw, option.rawValue, nil))
        }
    }

    borrowing func set(_ option: CURLoption, toCopyOf bytes: [UInt8]) throws(TransferError) {
        try Self.check(
            bytes.withUnsafeBufferPointer {
                wasmpack_setopt_copied_blob(raw, option.rawValue, $0.baseAddress, $0.count)
            }
        )
    }

    borrowing func set(_ option: CURLoption, toPointer value: UnsafeMutableRawPointer) throws(TransferError) {
        try Self.check(wasmpack_setopt_pointer(raw, option.rawValue, value))
    }

    borrowing func set(_ option: CURLoption, to callback: DataCallback) throws(TransferError) {
        try Self.check(wasmpack_setopt_data_callback(raw, option.rawValue, callback))
    }

    borrowing func setSeekCallback(_ callback: SeekCallback) throws(TransferError) {
        try Self.check(wasmpack_setopt_seek_callback(raw, callback))
    }

    /// Makes libcurl check each address; the caller keeps the context alive.
    mutating func setAddressCheck(
        _ accepts: AddressCallback,
        context: UnsafeMutableRawPointer
    ) throws(TransferError) {
        let check = UnsafeMutablePointer<wasmpack_address_check>.allocate(capacity: 1)
        check.initialize(to: wasmpack_address_check(accepts: accepts, context: context))
        addressCheck?.deallocate()
        addressCheck = check
        try Self.check(wasmpack_setopt_address_check(raw, check))
    }

    /// Sets the header lines of the request.
    mutating func setHeaderLines(_ lines: [String]) throws(TransferError) {
        for line in lines {
            guard let longer = curl_slist_append(fields, line) else {
                throw TransferError(.other, "libcurl cannot allocate memory for a header field")
            }
            fields = longer
        }
        try Self.check(wasmpack_setopt_pointer(raw, CURLOPT_HTTPHEADER.rawValue, fields))
    }

    /// Returns a number about the transfer; 0 if libcurl does not have it.
    borrowing func number(_ info: CURLINFO) -> Int {
        var value = 0
        return wasmpack_getinfo_long(raw, info.rawValue, &value) == CURLE_OK.rawValue ? value : 0
    }

    /// Returns a size or time of the transfer; 0 if libcurl does not have it.
    borrowing func offset(_ info: CURLINFO) -> Int {
        var value: Int64 = 0
        return wasmpack_getinfo_offset(raw, info.rawValue, &value) == CURLE_OK.rawValue ? Int(value) : 0
    }

    /// Returns a string from libcurl, for example the path of the system's authorities.
    borrowing func text(_ info: CURLINFO) -> String? {
        var value: UnsafePointer<CChar>?
        guard wasmpack_getinfo_string(raw, info.rawValue, &value) == CURLE_OK.rawValue else { return nil }
        return value.map { String(cString: $0) }
    }

    /// Returns the transfer's version of TLS, only during the transfer.
    borrowing func tlsVersion() -> String? { wasmpack_tls_version(raw).map { String(cString: $0) } }

    /// Returns the certificates that a handshake of this handle verified, the server's own first.
    borrowing func certificates() -> [PeerCertificate] {
        let count = min(Int(peer.pointee.chain_length), Int(WASMPACK_CHAIN_LIMIT))
        let names = Self.text(&peer.pointee.names)
        return withUnsafeMutablePointer(to: &peer.pointee.chain) { chain in
            chain.withMemoryRebound(to: wasmpack_certificate.self, capacity: Int(WASMPACK_CHAIN_LIMIT)) {
                chain in
                (0..<count).map { position in
                    PeerCertificate(
                        subject: Self.text(&chain[position].subject),
                        names: position == 0 ? names : "",
                        validUntil: Self.text(&chain[position].valid_until),
                        daysLeft: Int(chain[position].days_left)
                    )
                }
            }
        }
    }

    /// Returns whether a server requested a client certificate in a handshake of this handle.
    borrowing func wasAskedForCertificate() -> Bool { peer.pointee.asked_for_certificate == 1 }

    /// Returns what the certificates say about a failed verification; `nil` without a handshake.
    ///
    /// That is: the dates or the names, if `message`, libcurl's, is about them; the issuer; the fingerprint.
    borrowing func peerDescription(_ message: String) -> String? {
        let issuer = Self.text(&peer.pointee.issuer)
        guard !issuer.isEmpty else { return nil }
        var parts: [String] = []
        let (start, end) = (Self.text(&peer.pointee.valid_from), Self.text(&peer.pointee.valid_until))
        if message.contains("expired") || message.contains("not yet valid"), !start.isEmpty, !end.isEmpty {
            parts.append("valid from \(start) to \(end)")
        }
        let names = Self.text(&peer.pointee.names)
        if message.contains("subject name"), !names.isEmpty { parts.append("it is for \(names)") }
        parts.append("issuer \"\(issuer)\"")
        if peer.pointee.has_fingerprint == 1 {
            // Without colons, which would make it wider than a terminal.
            parts.append("SHA-256 \(withUnsafeBytes(of: &peer.pointee.fingerprint) { $0.hexadecimal() })")
        }
        return parts.joined(separator: "; ")
    }

    /// Returns the text in a field of a C struct.
    private static func text<Field>(_ field: inout Field) -> String {
        withUnsafeBytes(of: &field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// Returns libcurl's message for a failure.
    borrowing func errorMessage(for code: CURLcode) -> String {
        let own = String(cString: message)
        guard !own.isEmpty else { return Self.description(of: code) }
        // These messages quote the proxy's URL from the environment, which may contain a password.
        return own.hasPrefix("Unsupported proxy") || own.contains("@") ? own.prefix { $0 != "'" } + "…" : own
    }

    /// Calls `action` with the raw handle, to add it to or remove it from a multi handle.
    borrowing func withHandle<Result>(_ action: (UnsafeMutableRawPointer) -> Result) -> Result { action(raw) }

    private static func description(of code: CURLcode) -> String {
        curl_easy_strerror(code).map { String(cString: $0) } ?? "libcurl's error \(code.rawValue)"
    }

    private static func check(_ code: UInt32) throws(TransferError) {
        guard code != CURLE_OK.rawValue else { return }
        throw TransferError(.other, "libcurl rejects an option: \(description(of: CURLcode(rawValue: code)))")
    }
}
