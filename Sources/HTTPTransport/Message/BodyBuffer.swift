import Synchronization

/// A sink that keeps the body in memory, up to a limit.
package final class BodyBuffer: ResponseSink {
    private let limit: Int
    private let received = Mutex<[UInt8]>([])

    /// Creates an empty buffer with a limit in bytes; a larger body fails with ``TransferError/Kind/tooLarge``.
    package init(limit: Int) {
        self.limit = limit
    }

    /// The body received so far.
    package var bytes: [UInt8] { received.withLock { $0 } }

    /// Discards an earlier body; rejects a body whose announced length is over the limit.
    package func begin(_ response: Response) throws(TransferError) {
        received.withLock { $0.removeAll() }
        if let announced = response.headers["Content-Length"].flatMap({ Int($0) }), announced > limit {
            throw tooLarge
        }
    }

    /// Appends the bytes.
    ///
    /// Memory grows with the received bytes, not with the announced length.
    package func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferError) {
        try received.withLock { (received) throws(TransferError) in
            guard bytes.count <= limit - received.count else { throw tooLarge }
            received.append(contentsOf: bytes)
        }
    }

    private var tooLarge: TransferError { TransferError(.tooLarge, "the body has more than \(limit) bytes") }
}
