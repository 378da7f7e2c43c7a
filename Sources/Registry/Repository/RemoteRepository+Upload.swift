import Diagnostics
import HTTPTransport
import OCI
import Storage
import Synchronization

extension RemoteRepository {
    /// What came of asking for an upload.
    enum Opened {
        case session(UploadSession)
        /// The blob is there, without any upload.
        case done
    }

    /// Gets a blob there; one that others upload at this moment, or have uploaded, is not sent again.
    func upload(
        _ descriptor: Descriptor,
        _ fetch: @escaping @Sendable () async throws(Failure) -> Blob
    ) async throws(Failure) -> CopyReport.Status {
        let digest = descriptor.digest
        do throws(RequestFailure) {
            return try await uploads.value(for: digest) { [self] () async throws(RequestFailure) in
                guard !uploaded.withLock({ $0.contains(digest) }) else { return .alreadyThere }
                let status: CopyReport.Status =
                    switch try await mount(descriptor) {
                    case .done: .mounted
                    case .session(let session): try await send(descriptor, fetch, into: session)
                    case nil: try await send(descriptor, fetch, into: nil)
                    }
                uploaded.withLock { _ = $0.insert(digest) }
                return status
            }
        } catch {
            throw error.failure
        }
    }

    private func send(
        _ descriptor: Descriptor,
        _ fetch: @Sendable () async throws(Failure) -> Blob,
        into offered: UploadSession?
    ) async throws(RequestFailure) -> CopyReport.Status {
        let blob: Blob
        do throws(Failure) {
            blob = try await fetch()
        } catch {
            if let offered { await client.abandon(offered.location) }
            throw RequestFailure(error)
        }
        let upload = BlobUpload(of: blob, to: self, into: offered)
        do throws(Failure) {
            try await retrying("\(descriptor.role) \(descriptor.digest.short)") {
                number throws(RequestFailure) in
                if number > 0, try await self.hasArrived(descriptor) {
                    // It came by a request whose answer was lost, or from somebody else: the upload may still be open.
                    return await upload.abandon()
                }
                try await upload.attempt()
            }
        } catch {
            await upload.abandon()
            throw RequestFailure(error)
        }
        return .copied
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
