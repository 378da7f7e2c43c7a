package import Diagnostics
import HTTPServer

/// A server behind a plugin that describes each request in its response, or always gives the same response.
package struct EchoUpstream: Sendable {
    /// The response instead of a description.
    package struct Fixed: Sendable {
        let status: Int
        let body: [UInt8]

        /// Creates a response with a text.
        package init(status: Int, body: [UInt8]) {
            self.status = status
            self.body = body
        }
    }

    /// The largest body of a request, in bytes.
    private static let bodyLimit = 256 << 20

    private let fixed: Fixed?

    /// Creates an upstream; `nil` describes the requests.
    package init(responding fixed: Fixed? = nil) { self.fixed = fixed }

    /// Listens on a Unix socket, and returns the task that serves requests until it is canceled.
    ///
    /// Throws ``Failure/Code/cannotListen``.
    package func start(on socket: String) async throws(Failure) -> Task<Void, Never> {
        let server = try await HTTPServer(listeningOnSocket: socket, limits: UpstreamRecorder.limits)
        return Task { try? await server.run { await respond(to: $0, $1) } }
    }

    private func respond(to request: ServerRequest, _ body: RequestBody) async -> ServerResponse {
        let bytes: [UInt8]
        do throws(Failure) {
            bytes = try await body.bytes(limit: Self.bodyLimit)
        } catch {
            return ServerResponse(400, error)
        }
        if let fixed { return ServerResponse(fixed.status, [], body: .bytes(fixed.body)) }
        let text = Self.description(of: request, bytes).json + "\n"
        return ServerResponse(200, [("content-type", "application/json")], body: .bytes(Array(text.utf8)))
    }

    /// The request as JSON: `method`, `path`, `headers` and `body`, or `bodyBase64` if it is not text.
    static func description(of request: ServerRequest, _ body: [UInt8]) -> CaseNode {
        func string(_ text: String) -> CaseNode { CaseNode(value: .string(text), place: nil) }
        func member(_ name: String, _ value: CaseNode) -> CaseNode.Member {
            CaseNode.Member(name: name, place: nil, value: value)
        }
        var headers: [CaseNode.Member] = []
        let names = request.allFields.map { $0.name.lowercased() }.withoutDuplicates
        for name in names {
            let values = request.allFields.filter { $0.name.lowercased() == name }.map { string($0.value) }
            headers.append(
                member(name, values.count == 1 ? values[0] : CaseNode(value: .array(values), place: nil))
            )
        }
        let content =
            String(validating: body, as: UTF8.self).map { member("body", string($0)) }
            ?? member("bodyBase64", string(body.base64))
        return CaseNode(
            value: .object([
                member("method", string(request.method)), member("path", string(request.target)),
                member("headers", CaseNode(value: .object(headers), place: nil)), content,
            ]),
            place: nil
        )
    }
}
