import Diagnostics
import Dispatch
import Fuzzing
import Glibc
import HTTPServer
import OCI
import RegistryServer
import Synchronization
import SystemPackage

// What a client sends, whole and in pieces: a server must not answer differently because of where the network has cut it.

/// A server on a free port, which runs until the end of the process.
struct Peer {
    let port: Int

    init(_ respond: @escaping HTTPServer.Responder) {
        let ready = DispatchSemaphore(value: 0)
        let found = Mutex(0)
        Task.detached {
            do {
                let server = try await HTTPServer(listeningOn: "127.0.0.1", port: 0)
                found.withLock { $0 = server.port }
                ready.signal()
                try await server.run(respond)
            } catch {
                fatalError("\(error)")
            }
        }
        ready.wait()
        port = found.withLock(\.self)
    }

    /// Sends pieces, each after the one before has arrived, and returns everything that comes back.
    func exchange(_ pieces: [ArraySlice<UInt8>]) -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var isOn: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { fatalError("the server does not answer: \(errno)") }
        var limit = timeval(tv_sec: 8, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        for piece in pieces {
            // A server that has closed the connection is no error.
            let count = piece.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count == piece.count else { break }
            if pieces.count > 1 { waitUntilRead(descriptor) }
        }
        shutdown(descriptor, Int32(SHUT_WR))
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            // libFuzzer's timer interrupts it.
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                fatalError("the server neither answers nor closes the connection")
            }
            guard count > 0 else { return received }
            received += buffer.prefix(count)
        }
    }

    private func waitUntilRead(_ descriptor: Int32) {
        for _ in 0..<2000 {
            var count: Int32 = 0
            // SIOCOUTQ: what the other side has not acknowledged. It then takes a moment to read it.
            if ioctl(descriptor, UInt(TIOCOUTQ), &count) != 0 || count == 0 { break }
            usleep(20)
        }
        usleep(100)
    }
}

/// The servers: one that describes each request, and a registry.
struct Peers {
    let echo: Peer
    let registry: Peer

    init() {
        var name = Array("/tmp/fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { fatalError("no temporary folder") }
        let folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        echo = Peer { request, body async -> ServerResponse in
            do throws(Failure) {
                let bytes = try await body.bytes(limit: 1 << 16)
                let fields = request.allFields.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
                let text = "\(request.method) \(request.target) \(request.authority) \(fields) "
                return ServerResponse(200, body: .bytes(Array(text.utf8) + bytes))
            } catch {
                return ServerResponse(400, error)
            }
        }
        let made = Mutex<RegistryServer?>(nil)
        let ready = DispatchSemaphore(value: 0)
        Task.detached {
            do {
                let store = try await RepositoryStore(.tree(FilePath(folder + "/registry")), limit: 64 << 20)
                var options = RegistryServer.Options()
                options.sizeLimit = 1 << 20
                let host = try RegistryName(parsing: "localhost:5000")
                let server = RegistryServer(store, options, host: host, events: SilentSink())
                made.withLock { $0 = server }
            } catch {
                fatalError("\(error)")
            }
            ready.signal()
        }
        ready.wait()
        guard let server = made.withLock(\.self) else { fatalError("no registry") }
        registry = Peer { await server.respond(to: $0, $1) }
    }
}

private let peers = Peers()

/// Cuts the input at up to eight places, which depend on its bytes.
private func pieces(_ input: [UInt8]) -> [ArraySlice<UInt8>] {
    var state = input.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    var cuts: Set<Int> = []
    for _ in 0..<(state % 8 + 1) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        cuts.insert(Int((state >> 33) % UInt64(max(1, input.count))))
    }
    var start = 0
    var result: [ArraySlice<UInt8>] = []
    for cut in cuts.sorted() + [input.count] where cut > start {
        result.append(input[start..<cut])
        start = cut
    }
    return result
}

/// The response without what differs from second to second.
private func comparable(_ bytes: [UInt8]) -> [Substring] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("Date: ") }
}

/// The answers to the same bytes, whole and in pieces; and a registry that gets the pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func take(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let input = bytes(data, size)
    let cut = pieces(input)
    let whole = comparable(peers.echo.exchange([input[...]]))
    let split = comparable(peers.echo.exchange(cut))
    if whole != split { fatalError("whole: \(whole)\nin \(cut.map(\.count)): \(split)") }
    let answer = peers.registry.exchange(cut)
    if !answer.isEmpty, !answer.starts(with: "HTTP/1.1 ".utf8) { fatalError("not a response") }
    return 0
}

runFuzzer(take)
