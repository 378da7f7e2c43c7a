package import Foundation

/// A client for a test's server on this machine: plain HTTP/1.1, with a new connection per request.
package struct ControlPort: Sendable {
    private let port: Int

    /// The port of a server on 127.0.0.1.
    package init(_ port: Int) { self.port = port }

    /// Sends a request and returns the response's body; throws without a response of status 200.
    package func send(_ method: String, _ target: String, body: String = "") async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            // Reading blocks, which is not allowed on the threads of Swift concurrency.
            DispatchQueue.global().async {
                continuation.resume(with: Result { try exchange(method, target, body) })
            }
        }
    }

    private func exchange(_ method: String, _ target: String, _ body: String) throws -> Data {
        let head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        let descriptor = try connected()
        let connection = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try connection.write(
            contentsOf: Data("\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        )
        let answer = try connection.readToEnd() ?? Data()
        guard let end = answer.firstRange(of: Data("\r\n\r\n".utf8)) else {
            throw PeerError("no answer to \(method) \(target)")
        }
        let content = answer[end.upperBound...]
        guard answer.starts(with: Data("HTTP/1.1 200 ".utf8)) else {
            throw PeerError("\(method) \(target): \(String(decoding: answer.prefix(500), as: UTF8.self))")
        }
        return Data(content)
    }

    private func connected() throws -> Int32 {
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            throw PeerError("nothing listens on port \(port)")
        }
        return descriptor
    }
}
