import Diagnostics
import Dispatch
import Fuzzing
import Glibc
import HTTPServer
import HostSystem
import OCI
import RegistryServer
import RequestReplay
import SystemPackage

// What a client sends, whole and in pieces: a server must not answer differently because of where the network has cut it.

/// A registry with one image, which is made again after an input has changed it.
struct Registry {
    private var current: (folder: TemporaryDirectory, store: RepositoryStore, server: RegistryServer)?

    mutating func server() -> RegistryServer {
        if let current { return current.server }
        let made = waiting {
            let folder = try TemporaryDirectory()
            let store = try await RepositoryStore(.tree(folder.path.appending("registry")), limit: 64 << 20)
            var options = RegistryServer.Options()
            options.sizeLimit = 1 << 20
            let host = try RegistryName(parsing: "localhost:5000")
            return (folder, store, RegistryServer(store, options, host: host, events: SilentSink()))
        }
        current = made
        guard let (response, _) = try? Replay.exchange([Self.image[...]], respond(made.2)),
            String(decoding: response, as: UTF8.self).split(separator: "HTTP/1.1 201").count == 2
        else { fatalError("no image") }
        return made.2
    }

    func respond(_ server: RegistryServer) -> HTTPServer.Responder { { await server.respond(to: $0, $1) } }

    /// Forgets the registry and its files.
    mutating func reset() {
        guard let store = current?.store else { return }
        waiting { await store.close() }
        current = nil
    }

    /// Sends an input in pieces; the answer must be the same if it comes whole and has changed nothing.
    mutating func take(_ input: [UInt8]) {
        let server = server()
        guard let split = try? Replay.exchange(SplitCheck.pieces(of: input), respond(server)), split.hasEnded
        else { fatalError("the registry does not end the connection") }
        let text = String(decoding: split.response, as: UTF8.self)
        guard text.isEmpty || text.hasPrefix("HTTP/1.1 ") else { fatalError("not a response: \(text)") }
        if ["HTTP/1.1 201", "HTTP/1.1 202", "HTTP/1.1 204"].contains(where: text.contains) { return reset() }
        guard let whole = try? Replay.exchange([input[...]], respond(server)),
            SplitCheck.comparable(whole.response) == SplitCheck.comparable(split.response)
        else { fatalError("the registry answers in pieces: \(text)") }
    }

    /// The blob that the seeds use (requests.py), and a manifest that has it as its config.
    private static let image: [UInt8] = {
        let blob = "0123456789"
        let digest = Digest(of: Array(blob.utf8))
        let type = "application/vnd.oci.image.manifest.v1+json"
        let manifest = """
            {"schemaVersion":2,"mediaType":"\(type)","config":{"mediaType":"x/y","digest":"\(digest)","size":10},"layers":[]}
            """
        return [
            "POST /v2/a/b/blobs/uploads/?digest=\(digest) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n\(blob)",
            "PUT /v2/a/b/manifests/v1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(type)\r\n"
                + "Content-Length: \(manifest.utf8.count)\r\n\r\n\(manifest)",
        ].flatMap { Array($0.utf8) }
    }()
}

/// Runs a task to its end.
private func waiting<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) -> Result {
    let ready = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var result: Result?
    Task.detached {
        do {
            result = try await work()
        } catch {
            fatalError("\(error)")
        }
        ready.signal()
    }
    ready.wait()
    guard let result else { fatalError("no result") }
    return result
}

nonisolated(unsafe) private var registry = Registry()

/// The answers to the same bytes, whole and in pieces, of a server that describes each request, and of a registry.
@_cdecl("LLVMFuzzerTestOneInput")
public func take(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let input = bytes(data, size)
    do {
        if let problem = try SplitCheck.problem(of: input, SplitCheck.echo) { fatalError(problem) }
    } catch {
        fatalError("\(error)")
    }
    registry.take(input)
    return 0
}

// Without a disk, where the system has such a folder.
if access("/dev/shm", W_OK) == 0 { setenv("TMPDIR", "/dev/shm", 0) }
atexit { registry.reset() }
runFuzzer(take)
