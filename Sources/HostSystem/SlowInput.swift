package import Diagnostics
import Dispatch
import Synchronization
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension FileDescriptor {
    /// Reads the next bytes from a slow input, such as a terminal or a pipe; none at its end.
    ///
    /// A separate thread waits, not one that tasks share.
    ///
    /// - Parameter what: the name of the input for messages.
    /// - Returns: at most 4096 bytes.
    /// - Throws: ``Failure/Code/interrupted`` soon after the task is canceled, and ``Failure/Code/fileUnreadable``.
    package func nextInput(_ what: String) async throws(Failure) -> [UInt8] {
        let flag = CancellationFlag()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue(label: "input").async {
                    continuation.resume(returning: Result { () throws(Failure) in try wait(flag, what) })
                }
            }
        } onCancel: {
            flag.isSet.store(true, ordering: .releasing)
        }
        return try result.get()
    }

    private func wait(_ flag: CancellationFlag, _ what: String) throws(Failure) -> [UInt8] {
        var input = pollfd(fd: rawValue, events: Int16(POLLIN), revents: 0)
        while true {
            // A blocking read would not notice a cancellation.
            let count = poll(&input, 1, 100)
            if flag.isSet.load(ordering: .acquiring) { throw Failure.interrupted }
            if count > 0 || count < 0 && errno != EINTR { break }
        }
        do {
            return try [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                count = try read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        } catch {
            throw Failure(.fileUnreadable, "\(what) cannot be read", cause: error)
        }
    }
}

/// Whether the waiting task was canceled.
private final class CancellationFlag: Sendable {
    let isSet = Atomic(false)
}
