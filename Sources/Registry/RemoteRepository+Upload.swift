import Diagnostics
import HTTPTransport
import OCI
import Storage

extension RemoteRepository {
    /// Uploads a blob: POST, then one PUT with the whole content (distribution spec, "POST then PUT").
    ///
    /// After a failure that may pass, everything starts again with a new upload, unless the blob has arrived after all.
    func upload(_ blob: Blob) async throws(Failure) {
        let descriptor = blob.descriptor
        try await retrying("\(descriptor.role) \(descriptor.digest.short)") { number throws(RequestFailure) in
            if number > 0, try await self.arrived(descriptor) { return }
            try await self.put(blob, at: self.beginUpload())
        }
    }

    private func arrived(_ descriptor: Descriptor) async throws(RequestFailure) -> Bool {
        let answer = try await client.send(.head, "blobs/\(descriptor.digest)")
        return answer.status == 200
    }

    /// Opens an upload; gives where it goes on.
    private func beginUpload() async throws(RequestFailure) -> HTTPURL {
        let answer = try await client.send(.post, "blobs/uploads/")
        guard answer.status == 202 else {
            throw try await client.failure(for: answer, doing: "push to")
        }
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

    private func put(_ blob: Blob, at location: HTTPURL) async throws(RequestFailure) {
        let descriptor = blob.descriptor
        let request = Request(
            method: .put,
            url: location.appendingQuery("digest=" + descriptor.digest.description.queryValue),
            headers: ["Content-Type": "application/octet-stream"],
            body: blob.httpBody,
            uploadProgress: { [self] in report(descriptor, .moved(bytes: $0)) }
        )
        let answer = try await client.send(request)
        guard answer.status == 201 || answer.status == 204 else {
            let refusal = try await client.failure(for: answer, doing: "push to", missing: "such upload")
            // The upload is lost, or had arrived and libcurl has sent it twice: when a connection that was used
            // before ends without an answer, it tries once more by itself.
            throw answer.status == 404 ? RequestFailure(refusal.failure, isTemporary: true) : refusal
        }
        if let announced = answer.response.headers["Docker-Content-Digest"],
            announced != descriptor.digest.description
        {
            throw RequestFailure(
                Failure(
                    .digestMismatch,
                    "\(registry) stored another \(descriptor.role) than the one sent",
                    why: "sent was \(descriptor.digest), stored is \(announced.truncated(to: 160))"
                )
            )
        }
    }
}

extension Blob {
    fileprivate var httpBody: Body {
        switch content {
        case .bytes(let bytes): .bytes(bytes)
        case .file(let path, _): .file(path, size: descriptor.size)
        }
    }
}
