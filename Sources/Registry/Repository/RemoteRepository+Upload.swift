import Diagnostics
import HTTPTransport
import OCI
import Storage

extension RemoteRepository {
    /// The result of a request for an upload.
    enum Opened {
        case session(UploadSession)
        /// The blob already exists, so no upload is needed.
        case done

        var isDone: Bool { if case .done = self { true } else { false } }
    }

    /// Returns whether a blob exists, with the right size if the registry sends one.
    func hasArrived(_ descriptor: Descriptor) async throws(RequestFailure) -> Bool {
        let answer = try await client.send(.head, "blobs/\(descriptor.digest)")
        return answer.status == 200 && answer.mayHaveLength(descriptor.size)
    }

    /// Opens an upload (distribution spec, end-4a).
    func openUpload(of descriptor: Descriptor) async throws(RequestFailure) -> Opened {
        let answer = try await client.askForUpload("blobs/uploads/")
        if answer.status == 201, try await hasArrived(descriptor) { return .done }
        guard answer.status == 202 else { throw try await client.failure(for: answer, doing: "push to") }
        return .session(try session(openedBy: answer))
    }

    /// Returns the upload that a response has opened.
    func session(openedBy answer: RegistryClient.Answer) throws(RequestFailure) -> UploadSession {
        UploadSession(at: try location(of: answer), openedBy: answer.response, chunkSize: chunkSize)
    }

    /// Returns the URL where an upload continues, absolute or resolved from a relative one.
    func location(of answer: RegistryClient.Answer) throws(RequestFailure) -> HTTPURL {
        guard let location = answer.response.headers["Location"] else {
            throw RequestFailure(
                Failure(
                    .protocolViolation,
                    "\(registry) sent no upload location: the Location header is missing"
                )
            )
        }
        return try client.resolve(location, against: answer.url, as: .location)
    }
}

extension RegistryClient.Answer {
    /// Returns whether the response's length matches a size in bytes, or is missing.
    func mayHaveLength(_ size: Int) -> Bool {
        response.headers["Content-Length"].flatMap { Int($0) }.map { $0 == size } ?? true
    }
}
