import CCurl

/// A libcurl multi handle with its connections and transfers.
///
/// Only the thread of ``CurlTransport`` uses it, except for ``wakeUp()``.
struct MultiHandle: ~Copyable, Sendable {
    // Safe: the pointer never changes, `curl_multi_wakeup` is documented as callable from any thread, and every other use
    // is inside `CurlTransport.run`, which runs on a serial queue, or in `deinit`.
    nonisolated(unsafe) private let raw: UnsafeMutableRawPointer

    init() throws(TransferError) {
        try CurlLibrary.require()
        guard let raw = curl_multi_init() else {
            throw TransferError(.other, "libcurl cannot be initialized")
        }
        self.raw = raw
    }

    deinit { curl_multi_cleanup(raw) }

    /// Makes the current or the next ``wait()`` return; may be called from any thread.
    borrowing func wakeUp() {
        // Fails only without memory or a free descriptor; nothing can report that here.
        _ = curl_multi_wakeup(raw)
    }

    borrowing func add(_ easy: borrowing EasyHandle) throws(TransferError) {
        try Self.check(easy.withHandle { curl_multi_add_handle(raw, $0) })
    }

    /// Removes a transfer; ends a transfer that has not ended, with its connection or, over HTTP/2, its stream.
    borrowing func remove(_ easy: borrowing EasyHandle) {
        // Fails only for a handle that was never added.
        _ = easy.withHandle { curl_multi_remove_handle(raw, $0) }
    }

    /// Performs all transfers as far as possible without waiting; calls the transfers' callbacks.
    borrowing func perform() throws(TransferError) {
        var running: Int32 = 0
        try Self.check(curl_multi_perform(raw, &running))
    }

    /// Waits for a socket, a timer of libcurl or ``wakeUp()``.
    borrowing func wait() throws(TransferError) {
        try Self.check(curl_multi_poll(raw, nil, 0, Int32.max, nil))
    }

    /// Returns the context and the result of the next transfer that has ended.
    borrowing func nextEnded() -> (context: UnsafeMutableRawPointer, code: CURLcode)? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(raw, &left) {
            var context: UnsafeMutableRawPointer?
            guard message.pointee.msg == CURLMSG_DONE,
                wasmpack_getinfo_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE.rawValue, &context)
                    == CURLE_OK.rawValue,
                let context
            else { continue }
            return (context, message.pointee.data.result)
        }
        return nil
    }

    private static func check(_ code: CURLMcode) throws(TransferError) {
        guard code != CURLM_OK else { return }
        throw TransferError(
            .other,
            curl_multi_strerror(code).map { String(cString: $0) } ?? "libcurl's error \(code.rawValue)"
        )
    }
}
