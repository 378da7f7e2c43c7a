import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads the two output streams of a supervised program, and the supervisor's report; blocks its thread.
struct LineReader {
    /// The rest of a longer line is dropped, in bytes.
    private static let lineLimit = 1 << 20

    private let output: FileDescriptor
    private let errors: FileDescriptor
    private let report: FileDescriptor
    private let onLine: SupervisedProcess.LineHandler

    init(
        output: FileDescriptor,
        errors: FileDescriptor,
        report: FileDescriptor,
        onLine: @escaping SupervisedProcess.LineHandler
    ) {
        self.output = output
        self.errors = errors
        self.report = report
        self.onLine = onLine
    }

    /// Reads until all streams have ended, and closes them.
    ///
    /// Returns how the program ended; `nil`, also before their end, if the supervisor ended and did not report it.
    func readToEnd() -> ChildProcess.Ending? {
        var streams = [Source(output), Source(errors), Source(report)]
        defer { for stream in streams { stream.close() } }
        while streams.contains(where: \.isOpen) {
            wait(for: streams)
            // Before the lines of standard output are passed on, those of standard error that precede them are read.
            streams[0].fill()
            streams[1].fill()
            streams[2].fill()
            streams[1].takeLines(limit: Self.lineLimit) { onLine(.errors, $0) }
            streams[0].takeLines(limit: Self.lineLimit) { onLine(.output, $0) }
            // The supervisor was killed. The program may run on, and its streams stay open until it is killed.
            if !streams[2].isOpen, streams[2].bytes.isEmpty { return nil }
        }
        let words = String(decoding: streams[2].bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let number = Int32(words[1]) else { return nil }
        switch words[0] {
        case "exited": return .exited(number)
        case "killed": return .killed(number)
        default:
            let message =
                "wasmpack cannot start the program: \(Errno(rawValue: number).description.lowercased())"
            onLine(.errors, Array(message.utf8)[...])
            return .exited(127)
        }
    }

    private func wait(for streams: [Source]) {
        var polled = streams.filter(\.isOpen).map {
            pollfd(fd: $0.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        }
        while poll(&polled, nfds_t(polled.count), -1) < 0, errno == EINTR {}
    }

    /// A stream and what was read from it.
    private struct Source {
        let descriptor: FileDescriptor
        var isOpen = true
        var bytes: [UInt8] = []
        /// Whether the line was longer than the limit; its rest must not be taken for a new line.
        private var isDropping = false

        init(_ descriptor: FileDescriptor) {
            self.descriptor = descriptor
            _ = fcntl(descriptor.rawValue, F_SETFL, O_NONBLOCK)
        }

        func close() { try? descriptor.close() }

        /// Reads what is there, at most 1 MiB at a time, so that no stream starves.
        mutating func fill() {
            for _ in 0..<16 where isOpen {
                do {
                    let piece = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                        count = try descriptor.read(
                            into: UnsafeMutableRawBufferPointer(buffer),
                            retryOnInterrupt: true
                        )
                    }
                    if piece.isEmpty { isOpen = false }
                    bytes += piece
                } catch Errno.wouldBlock {
                    return
                } catch {
                    isOpen = false
                }
            }
        }

        /// Passes the complete lines on; at the end of the stream, also an incomplete one.
        mutating func takeLines(limit: Int, _ body: (ArraySlice<UInt8>) -> Void) {
            var rest = bytes[...]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                if !isDropping { body(rest[..<end].prefix(limit)) }
                isDropping = false
                rest = rest[rest.index(after: end)...]
            }
            if !rest.isEmpty, isDropping || !isOpen || rest.count >= limit {
                if !isDropping { body(rest.prefix(limit)) }
                isDropping = true
                rest = []
            }
            bytes = Array(rest)
        }
    }
}
