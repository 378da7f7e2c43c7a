import CCurl
import CCurlShims

/// One libcurl multi handle: the connections, and the transfers that run over them.
///
/// All of it belongs to the thread of ``CurlTransport``, but for ``wakeUp()``.
struct MultiHandle: ~Copyable, Sendable {
    // Proof: the pointer never changes, `curl_multi_wakeup` is documented to be callable from any thread, and every
    // other use is inside `CurlTransport.run`, of which a serial queue runs one at a time, or in `deinit`.
    nonisolated(unsafe) private let raw: UnsafeMutableRawPointer

    init() throws(TransferError) {
        guard let raw = curl_multi_init() else { throw TransferError(.other, "libcurl cannot be started") }
        self.raw = raw
    }

    deinit { curl_multi_cleanup(raw) }

    /// Makes the current or the next ``wait()`` return; may be called from any thread.
    borrowing func wakeUp() {
        // Fails only without memory or a free descriptor, and then there is nobody to tell.
        _ = curl_multi_wakeup(raw)
    }

    borrowing func add(_ easy: borrowing EasyHandle) throws(TransferError) {
        try Self.check(easy.withHandle { curl_multi_add_handle(raw, $0) })
    }

    /// Ends the transfer if it has not ended; its connection is then closed.
    borrowing func remove(_ easy: borrowing EasyHandle) {
        // Fails only for a handle that was never added.
        _ = easy.withHandle { curl_multi_remove_handle(raw, $0) }
    }

    /// Does all that can be done without waiting; the transfers' callbacks run inside.
    borrowing func perform() throws(TransferError) {
        var running: Int32 = 0
        try Self.check(curl_multi_perform(raw, &running))
    }

    /// Sleeps until there is something to do: on a socket, at one of libcurl's own times, or a wake-up.
    borrowing func wait() throws(TransferError) {
        try Self.check(curl_multi_poll(raw, nil, 0, Int32.max, nil))
    }

    /// The next transfer that has ended, as the context it was set up with, and how it ended.
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
