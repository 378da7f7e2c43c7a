import Foundation
import TestSupport

/// A named pipe that is full until a program reads from it; it has no end as long as this exists.
final class FullPipe: Sendable {
    private let end: Int32

    init(at path: String) throws {
        guard mkfifo(path, 0o600) == 0 else { throw PeerError("no pipe at \(path)") }
        // Both ends, so that opening it does not wait for a reader.
        end = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard end >= 0 else { throw PeerError("\(path) cannot be opened") }
        #if canImport(Glibc)
            // F_SETPIPE_SZ, which Swift does not import: one page, because a secret has at most 64 KiB.
            _ = fcntl(end, 1031, 4096)
        #endif
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 512)
        while write(end, bytes, bytes.count) > 0 {}
    }

    deinit { close(end) }

    /// Waits until a program has read from the pipe.
    func waitForReader() async throws {
        let hasRead = await withCheckedContinuation { continuation in
            // Polling blocks, which is not allowed on the threads of Swift concurrency.
            DispatchQueue.global().async { [end] in
                var pipe = pollfd(fd: end, events: Int16(POLLOUT), revents: 0)
                continuation.resume(returning: poll(&pipe, 1, 240_000) == 1)
            }
        }
        guard hasRead else { throw PeerError("no program has read from the pipe") }
    }
}
