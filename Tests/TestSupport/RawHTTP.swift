import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A response as it came, for tests of servers.
package struct RawResponse: Sendable, CustomStringConvertible {
    /// The status code.
    package let status: Int
    /// The header fields, with names in lower case.
    package let fields: [String: String]
    /// The body.
    package let body: [UInt8]

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }
    /// The whole response, for the report of a failed test.
    package var description: String { "\(status) \(fields) \(text.prefix(400))" }
}

/// A TCP connection to a server on this machine, which sends any bytes.
package final class RawHTTP: Sendable {
    private let socket: Int32
    private let queue = DispatchQueue(label: "raw HTTP")

    /// Connects to a port of 127.0.0.1; throws an error if nothing listens there.
    package init(port: Int) throws {
        #if os(Linux)
            let type = Int32(SOCK_STREAM.rawValue)
        #else
            let type = SOCK_STREAM
        #endif
        let socket = makeSocket(type)
        self.socket = socket
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // A test that fails must not wait forever.
        var limit = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(socket)
            throw PeerError("port \(port) refuses connections: \(errno)")
        }
    }

    deinit { close(socket) }

    /// Sends bytes; returns whether the server took them all.
    @discardableResult
    package func send(_ bytes: [UInt8]) async -> Bool {
        await onQueue { [socket] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
                if count <= 0 { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }

    /// Sends text.
    @discardableResult
    package func send(_ text: String) async -> Bool { await send(Array(text.utf8)) }

    /// Closes the sending side only.
    package func closeWriting() { shutdown(socket, Int32(SHUT_WR)) }

    /// Reads one response; `nil` if the server closes the connection before one.
    ///
    /// A response to HEAD has no body; `isHead` says so.
    package func response(isHead: Bool = false) async -> RawResponse? {
        await onQueue { [socket] in
            var head: [UInt8] = []
            while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
                guard let byte = Self.read(1, from: socket).first else { return nil }
                head.append(byte)
            }
            let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
            let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            var fields: [String: String] = [:]
            for line in lines.dropFirst() {
                let name = line.prefix { $0 != ":" }
                fields[name.lowercased()] = String(line.dropFirst(name.count + 1).drop { $0 == " " })
            }
            let length = isHead ? 0 : fields["content-length"].flatMap { Int($0) } ?? 0
            return RawResponse(status: status, fields: fields, body: Self.read(length, from: socket))
        }
    }

    /// Reads up to `count` bytes; fewer only at the end of the connection.
    package func bytes(_ count: Int) async -> [UInt8] {
        await onQueue { [socket] in Self.read(count, from: socket) }
    }

    /// Reads up to the end of the connection; returns whether it has come before this side has lost its patience.
    package func ends() async -> Bool {
        await onQueue { [socket] in
            var buffer = [UInt8](repeating: 0, count: 64 * 1024)
            while true {
                let count = recv(socket, &buffer, buffer.count, 0)
                if count <= 0 { return count == 0 || errno != EAGAIN }
            }
        }
    }

    /// Sends one request with a body and reads the response; the connection stays open.
    package func exchange(
        _ method: String,
        _ target: String,
        _ fields: [String: String] = [:],
        body: [UInt8] = []
    ) async throws -> RawResponse {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        if fields["Content-Length"] == nil { text += "Content-Length: \(body.count)\r\n" }
        await send(Array((text + "\r\n").utf8) + body)
        guard let response = await response(isHead: method == "HEAD") else {
            throw PeerError("\(method) \(target): the server closed the connection")
        }
        return response
    }

    private static func read(_ count: Int, from socket: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count < count {
            let got = recv(socket, &buffer, min(buffer.count, count - bytes.count), 0)
            if got <= 0 { break }
            bytes += buffer.prefix(got)
        }
        return bytes
    }

    /// Runs blocking calls on a thread that tasks do not share.
    private func onQueue<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}

private func makeSocket(_ type: Int32) -> Int32 { socket(AF_INET, type, 0) }
