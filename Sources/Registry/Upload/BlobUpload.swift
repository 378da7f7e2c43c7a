import Diagnostics
import HTTPTransport
import OCI
import Storage
import Synchronization

/// The upload of one blob to a repository, with as many attempts and upload sessions as needed.
///
/// Each attempt starts with the last strategy. Only ``UploadStrategy/chunks`` resumes the session; the others open a new one.
final class BlobUpload {
    /// Lost connections before the upload switches to chunks.
    private static let lossLimit = 2
    /// The number of consecutive attempts without new acknowledged bytes that still count as progress.
    ///
    /// Many registries, including Docker's, discard an upload when its connection is lost. On a bad network, each attempt then ends at
    /// a random position until one succeeds.
    private static let restartLimit = 32
    /// The fewest bytes sent before a lost connection that count as progress.
    private static let smallestProgress = 256 * 1024

    let repository: RemoteRepository
    let blob: Blob
    private let verifier: UploadVerifier
    private let progress: UploadProgress
    private var strategy: UploadStrategy
    /// The open session at the registry.
    private var session: UploadSession?
    /// A session that the registry has opened already and that has not been used yet.
    private var offered: UploadSession?
    private var losses = 0
    private var restarts = 0
    /// Whether enough data has been sent since the last failure to count as progress.
    private var hasSentData = false
    /// The most bytes that the registry has acknowledged.
    private var acknowledged = 0
    private var threshold: RetryResetThreshold

    var descriptor: Descriptor { blob.descriptor }
    private var client: RegistryClient { repository.client }

    init(of blob: Blob, to repository: RemoteRepository, into offered: RemoteRepository.Opened?) {
        self.blob = blob
        self.repository = repository
        verifier = UploadVerifier(of: blob)
        threshold = RetryResetThreshold(size: blob.descriptor.size)
        progress = UploadProgress(of: blob.descriptor, repository.client.events)
        strategy = repository.uploadStrategy.withLock { $0 }
        if case .session(let session)? = offered { self.offered = session }
    }

    /// Uploads the blob with one strategy after the other; the registry has the blob when this returns.
    ///
    /// `number` counts earlier attempts. After a failed one, the blob may exist, because a response was lost or another
    /// client uploaded it, and the upload may still be open.
    func attempt(_ number: Int) async throws(RequestFailure) {
        if number > 0, try await repository.hasArrived(descriptor) { return await abandon() }
        do throws(RequestFailure) {
            var isSent = false
            while !isSent, try await openSessionIfNeeded() {
                switch strategy {
                case .put, .patch:
                    let strategy = strategy
                    let answer = try await send(strategy == .put ? .put : .patch, 0..<descriptor.size)
                    if answer.isSuccess {
                        try await strategy == .put ? check(answer) : commit()
                        isSent = true
                    } else {
                        try await chooseNextStrategy(after: answer)
                    }
                case .chunks:
                    try await sendChunks()
                    try await commit()
                    isSent = true
                }
            }
            session = nil
            repository.uploadStrategy.withLock { [strategy] in $0 = max($0, strategy) }
        } catch {
            throw withProgress(error)
        }
    }

    /// Deletes an unfinished upload at the registry.
    func abandon() async {
        guard let open = session ?? offered else { return }
        (session, offered) = (nil, nil)
        await client.abandon(open.location)
    }

    // MARK: Strategies

    /// Resumes the open session, or opens one; returns `false` if no session is needed.
    private func openSessionIfNeeded() async throws(RequestFailure) -> Bool {
        if strategy == .chunks { try await resume() } else if session != nil { await abandon() }
        if session == nil {
            guard case .session(let new) = try await open() else { return false }
            session = new
        }
        return true
    }

    /// Chooses the next strategy if the registry rejected this one; throws the failure for other errors.
    private func chooseNextStrategy(after answer: RegistryClient.Answer) async throws(RequestFailure) {
        guard !answer.rejection.losesUpload, let next = strategy.next(after: answer.status) else {
            throw try await failure(for: answer)
        }
        detail("\(strategy) is rejected with \(answer.status); trying \(next)")
        strategy = next
    }

    private func sendChunks() async throws(RequestFailure) {
        while let current = session, current.offset < descriptor.size {
            let range = current.nextChunk(of: descriptor.size)
            let answer = try await send(.patch, range)
            guard answer.isSuccess else { throw try await failure(for: answer) }
            session?.acknowledge(answer.response, upTo: range.upperBound)
            hasSentData = true
            acknowledged = max(acknowledged, session?.offset ?? 0)
        }
    }

    /// Requests the offset of an uncertain session; ends the session if the registry no longer has it.
    private func resume() async throws(RequestFailure) {
        guard let current = session, current.isInDoubt else { return }
        let answer = try await client.send(Request(method: .get, url: current.location))
        if RetryPolicy.isTemporary(status: answer.status) { throw try await failure(for: answer) }
        guard answer.isSuccess, session?.resume(answer.response) == true else {
            detail("the registry lost the upload; starting again")
            if answer.losesUpload { session = nil } else { await abandon() }
            return
        }
        acknowledged = max(acknowledged, session?.offset ?? 0)
        try updateLocation(from: answer)
    }

    // MARK: Requests

    /// Opens a session, if one is needed.
    private func open() async throws(RequestFailure) -> RemoteRepository.Opened {
        if let offered {
            self.offered = nil
            return .session(offered)
        }
        return try await repository.openUpload(of: descriptor)
    }

    /// Sends a range of the blob.
    private func send(
        _ method: HTTPMethod,
        _ range: Range<Int>
    ) async throws(RequestFailure) -> RegistryClient.Answer {
        guard let current = session else {
            throw RequestFailure(Failure(.internalError, "no upload is open"))
        }
        let (verifier, progress, start) = (verifier, progress, range.lowerBound)
        try RequestFailure.rethrowing { () throws(Failure) in try verifier.begin(at: start) }
        var request = Request(
            method: method,
            url: method == .put ? current.location.committing(descriptor.digest) : current.location,
            headers: ["Content-Type": "application/octet-stream"],
            body: blob.body(of: range),
            inspectBody: { bytes, offset throws(TransferError) in try verifier.inspect(bytes, offset) },
            uploadProgress: { progress.moved(to: start + $0) }
        )
        // The transport must not send the body again: `attempt` first checks whether the blob exists and, for chunks, how much
        // of it has arrived.
        request.sendsBodyOnce = true
        // Both ends are inclusive. Omitted for a whole blob, because some registries limit the size of ranges.
        if strategy == .chunks { request.headers.add("Content-Range", "\(start)-\(range.upperBound - 1)") }
        session?.sending(upTo: range.upperBound)
        progress.moved(to: start)
        do throws(RequestFailure) {
            let answer = try await client.send(request)
            if answer.isSuccess {
                session?.isInDoubt = false
                try updateLocation(from: answer)
            }
            return answer
        } catch {
            if let failure = verifier.failure { throw RequestFailure(failure) }
            switch (error.failure.cause as? TransferError)?.kind {
            case .bodyUnreadable?: throw RequestFailure(Failure(changed: blob, "\(error.failure.why ?? "")"))
            case .connectionLost?:
                if progress.position - start >= Self.smallestProgress { hasSentData = true }
                countLoss()
            case .stalled?: countLoss()
            default: break
            }
            throw error
        }
    }

    private func commit() async throws(RequestFailure) {
        guard let current = session else { return }
        session?.isInDoubt = true
        let answer = try await client.send(
            Request(
                method: .put,
                url: current.location.committing(descriptor.digest),
                headers: ["Content-Type": "application/octet-stream"]
            )
        )
        guard !answer.isSuccess else { return try await check(answer) }
        guard strategy == .chunks, answer.rejection.code == "DIGEST_INVALID" else {
            throw try await failure(for: answer)
        }
        // The sent bytes were verified, so the registry joined the chunks incorrectly.
        let rejection = try await client.failure(for: answer, doing: "push to")
        await abandon()
        hasSentData = false
        throw RequestFailure(rejection.failure, isTemporary: true)
    }

    /// Checks the response to the last request of an upload.
    private func check(_ answer: RegistryClient.Answer) async throws(RequestFailure) {
        if answer.status != 201, answer.status != 204 {
            // Old registries answer 202, and file servers 200.
            guard [200, 202].contains(answer.status), try await repository.hasArrived(descriptor) else {
                throw try await failure(for: answer)
            }
        }
        let announced = answer.response.headers["Docker-Content-Digest"]
        try RequestFailure.rethrowing { () throws(Failure) in
            guard let announced else { return }
            let digest = try? Digest(parsing: announced)
            if let digest, try digest == blob.digest(by: digest.algorithm) { return }
            throw Failure(
                .digestMismatch,
                "\(repository.registry) stored a \(descriptor.role) other than the one sent",
                why: "sent \(descriptor.digest), but stored \(announced.truncated(to: 160))"
            )
        }
    }

    /// Updates the session's location from a response.
    private func updateLocation(from answer: RegistryClient.Answer) throws(RequestFailure) {
        guard answer.method != .put, answer.response.headers["Location"] != nil else { return }
        session?.location = try repository.location(of: answer)
    }

    // MARK: Failures

    /// Counts a connection or an upload that was lost while the whole blob was sent; switches to chunks at the limit.
    private func countLoss() {
        guard strategy != .chunks else { return }
        losses += 1
        guard losses >= Self.lossLimit else { return }
        strategy = .chunks
        detail("sending it in one request failed; trying \(strategy)")
    }

    private func detail(_ text: String) {
        client.events.record(.detail("\(descriptor.role) \(descriptor.digest.short): \(text)"))
    }

    private func failure(for answer: RegistryClient.Answer) async throws(RequestFailure) -> RequestFailure {
        let rejection = try await client.failure(for: answer, doing: "push to", missing: "such upload")
        if answer.losesUpload {
            session = nil
            countLoss()
        }
        // A new session, or resuming at the registry's offset, may succeed.
        guard answer.losesUpload || strategy == .chunks && answer.status == 416 else { return rejection }
        return RequestFailure(rejection.failure, isTemporary: true)
    }

    /// Adds to a failure whether the upload made progress.
    private func withProgress(_ error: RequestFailure) -> RequestFailure {
        var error = error
        if threshold.advance(to: acknowledged) {
            restarts = 0
            error.madeProgress = true
        } else if hasSentData, restarts < Self.restartLimit {
            restarts += 1
            error.madeProgress = true
        }
        hasSentData = false
        return error
    }
}

extension RegistryClient.Answer {
    var isSuccess: Bool { response.isSuccess }

    /// Whether the registry has lost an upload that it opened.
    fileprivate var losesUpload: Bool { status == 404 || rejection.losesUpload }
}

extension RegistryErrorBody {
    fileprivate var losesUpload: Bool { code == "BLOB_UPLOAD_UNKNOWN" || code == "BLOB_UPLOAD_INVALID" }
}

extension HTTPURL {
    /// Returns the URL of the last request of an upload; keeps the registry's URL byte for byte.
    fileprivate func committing(_ digest: Digest) -> HTTPURL {
        appendingQuery("digest=" + digest.description.queryValue)
    }
}

extension Blob {
    fileprivate func body(of range: Range<Int>) -> Body {
        switch content {
        case .bytes(let bytes): range.count == bytes.count ? .bytes(bytes) : .bytes(Array(bytes[range]))
        case .file(let path, _): .slice(path, range, size: descriptor.size)
        }
    }
}
