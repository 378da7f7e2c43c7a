import CTLS
import NIOCore

/// One TLS connection between buffers; belongs to one event loop.
final class TLSConnection {
    /// What an operation has achieved.
    enum Step {
        case done
        /// The client must send more.
        case wantsMore
        /// The client has ended its side with close_notify.
        case closed
        /// The client does not use TLS.
        case plainHTTP
        case failed

        fileprivate init(_ result: Int32) {
            self =
                switch Int(result) {
                case WASMPACK_TLS_DONE: .done
                case WASMPACK_TLS_WANTS_MORE: .wantsMore
                case WASMPACK_TLS_CLOSED: .closed
                case WASMPACK_TLS_PLAIN_HTTP: .plainHTTP
                default: .failed
                }
        }
    }

    /// The largest content of a record, in bytes (RFC 8446, section 5.1).
    private static let recordSize = 16 * 1024

    private let raw: UnsafeMutableRawPointer
    /// Keeps the settings.
    private let server: ServerTLS

    init(_ raw: UnsafeMutableRawPointer, of server: ServerTLS) {
        self.raw = raw
        self.server = server
    }

    deinit { wasmpack_tls_free(raw) }

    /// Adds bytes of the client; returns whether there was memory for them.
    func receive(_ buffer: ByteBuffer) -> Bool {
        buffer.withUnsafeReadableBytes { wasmpack_tls_receive(raw, $0.baseAddress, $0.count) } == 1
    }

    /// Takes all bytes for the client; `nil` if there are none.
    func takeOutput(_ allocator: ByteBufferAllocator) -> ByteBuffer? {
        let count = wasmpack_tls_pending(raw)
        guard count > 0 else { return nil }
        var buffer = allocator.buffer(capacity: count)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) {
            wasmpack_tls_take(raw, $0.baseAddress, count)
        }
        return buffer
    }

    /// Continues the handshake.
    func handshake() -> Step { Step(wasmpack_tls_handshake(raw)) }

    /// Appends what has been received and is complete, and returns why there is no more.
    func read(into buffer: inout ByteBuffer) -> Step {
        var step = Step.done
        while case .done = step {
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.recordSize) { bytes in
                var count = 0
                step = Step(wasmpack_tls_read(raw, bytes.baseAddress, bytes.count, &count))
                return count
            }
        }
        return step
    }

    /// Encrypts bytes; returns whether that succeeded.
    func write(_ buffer: ByteBuffer) -> Bool {
        buffer.withUnsafeReadableBytes { wasmpack_tls_write(raw, $0.baseAddress, $0.count) } == 1
    }

    /// Adds close_notify to the output.
    func close() { wasmpack_tls_close(raw) }
}
