import Diagnostics
import HTTPTransport
import OCI
import Storage

extension RemoteRepository {
    /// What came of asking for an upload.
    enum Opened {
        case session(UploadSession)
        /// The blob is there, without any upload.
        case done

        var isDone: Bool { if case .done = self { true } else { false } }
    }

    /// Whether a blob is there, in its right size as far as the registry tells one.
    func hasArrived(_ descriptor: Descriptor) async throws(RequestFailure) -> Bool {
        let answer = try await client.send(.head, "blobs/\(descriptor.digest)")
        return answer.status == 200 && answer.mayHaveLength(descriptor.size)
    }

    /// Opens an upload (distribution spec, end-4a).
    func openUpload(of descriptor: Descriptor) async throws(RequestFailure) -> Opened {
        let answer = try await client.askForUpload("blobs/uploads/")
        if answer.status == 201, try await hasArrived(descriptor) { return .done }
        guard answer.status == 202 else { throw try await client.failure(for: answer, doing: "push to") }
        return .session(UploadSession(at: try location(of: answer), openedBy: answer.response))
    }

    /// Where an upload goes on, whatever form the registry writes that in.
    func location(of answer: RegistryClient.Answer) throws(RequestFailure) -> HTTPURL {
        guard let location = answer.response.headers["Location"] else {
            throw RequestFailure(
                Failure(
                    .protocolViolation,
                    "\(registry) does not say where to upload to: missing Location header"
                )
            )
        }
        return try client.resolve(location, against: answer.url, as: .location)
    }
}

extension RegistryClient.Answer {
    /// Whether the length that is announced, if one is, is that of so many bytes.
    func mayHaveLength(_ size: Int) -> Bool {
        response.headers["Content-Length"].flatMap { Int($0) }.map { $0 == size } ?? true
    }
}
