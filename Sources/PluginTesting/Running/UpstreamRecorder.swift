import Diagnostics
import HTTPServer
import Synchronization

/// A request that reached the upstream.
struct UpstreamRequest: Sendable {
    let method: String
    /// The path with the query.
    let path: String
    let headers: [(name: String, value: String)]
    let body: [UInt8]
}

/// The server behind the plugin: gives the response of the current step, and records the requests.
final class UpstreamRecorder: Sendable {
    /// The largest body of a request, in bytes.
    private static let bodyLimit = 256 << 20

    private struct State {
        var response = UpstreamResponse()
        var requests: [UpstreamRequest] = []
    }

    private let state = Mutex(State())

    /// The limits of the server: Envoy itself limits what it passes on.
    static var limits: ServerLimits {
        var limits = ServerLimits()
        limits.fieldSize = 256 * 1024
        limits.headSize = 1024 * 1024
        limits.fieldCount = 1000
        limits.patience = .seconds(3600)
        return limits
    }

    /// Begins a step: forgets the requests, and gives this response from now on.
    func begin(_ response: UpstreamResponse) {
        state.withLock { $0 = State(response: response) }
    }

    /// The requests since the beginning of the step.
    var requests: [UpstreamRequest] { state.withLock { $0.requests } }

    /// Answers a request.
    func respond(_ request: ServerRequest, _ body: RequestBody) async -> ServerResponse {
        let bytes: [UInt8]
        do throws(Failure) {
            bytes = try await body.bytes(limit: Self.bodyLimit)
        } catch {
            return ServerResponse(400, error)
        }
        let recorded = UpstreamRequest(
            method: request.method,
            path: request.target,
            headers: request.allFields,
            body: bytes
        )
        let response = state.withLock { state in
            state.requests.append(recorded)
            return state.response
        }
        return ServerResponse(response.status, response.headers, body: .bytes(response.body))
    }
}
