import Foundation

/// A socket on loopback that never answers; closed in `deinit`.
package final class SilentSocket: Sendable {
    /// The port on 127.0.0.1.
    package let port: Int
    private let socket: Int32

    /// Binds a free port, which refuses connections unless it listens.
    package init(isListening: Bool) throws {
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        socket = Foundation.socket(AF_INET, stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { [socket] in
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 && (!isListening || listen(socket, 8) == 0)
                    && getsockname(socket, $0, &size) == 0
            }
        }
        guard isBound else { throw PeerError("no socket on loopback") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(socket) }
}
