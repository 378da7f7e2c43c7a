import Diagnostics
import HTTPTransport
import OCI
import Storage
import Synchronization

/// One blob on its way into a repository, over as many tries and upload sessions as it takes.
///
/// Each try goes on with what the one before has got to: the way that is left, and the session, if the registry still
/// knows it.
final class BlobUpload {
    /// How often a connection may be lost with the whole blob on its way before smaller pieces are tried.
    private static let lossLimit = 2
    /// How many tries in a row count as progress because something got through, although no more than ever before.
    ///
    /// Many registries (docker's among them) forget all of an upload with the connection; on a bad network each try then
    /// ends somewhere, until one gets through.
    private static let restartLimit = 32
    /// How much has to have gone out before a connection was lost, in bytes, to count as something.
    private static let leastPiece = 256 * 1024

    let repository: RemoteRepository
    let blob: Blob
    private let proof: UploadVerifier
    private let progress: UploadProgress
    private var way: UploadStrategy
    /// What is open at the registry.
    private var session: UploadSession?
    /// A session that the registry has opened already, as long as it has not been used.
    private var offered: UploadSession?
    private var losses = 0
    private var restarts = 0
    /// Whether anything has got through since the last failure.
    private var gotThrough = false
    /// The most that the registry has acknowledged, in bytes.
    private var reached = 0
    private var mark: RetryResetThreshold

    var descriptor: Descriptor { blob.descriptor }
    private var client: RegistryClient { repository.client }

    init(of blob: Blob, to repository: RemoteRepository, into offered: RemoteRepository.Opened?) {
        self.blob = blob
        self.repository = repository
        proof = UploadVerifier(of: blob)
        mark = RetryResetThreshold(size: blob.descriptor.size)
        progress = UploadProgress(of: blob.descriptor, repository.client.events)
        way = repository.uploadWay.withLock { $0 }
        if case .session(let session)? = offered { self.offered = session }
    }

    /// Tries to get the blob there, in one way after the other; it is, when this returns.
    ///
    /// The number is that of the tries before: after one, the blob may have come by a request whose answer was lost, or from
    /// somebody else, and the upload may still be open.
    func attempt(_ number: Int) async throws(RequestFailure) {
        if number > 0, try await repository.hasArrived(descriptor) { return await abandon() }
        do throws(RequestFailure) {
            var isSent = false
            while !isSent, try await isOpen() {
                switch way {
                case .put, .patch:
                    let way = way
                    let answer = try await send(way == .put ? .put : .patch, 0..<descriptor.size)
                    if answer.isSuccess {
                        try await way == .put ? check(answer) : commit()
                        isSent = true
                    } else {
                        try await chooseNextWay(after: answer)
                    }
                case .chunks:
                    try await sendChunks()
                    try await commit()
                    isSent = true
                }
            }
            session = nil
            repository.uploadWay.withLock { [way] in $0 = max($0, way) }
        } catch {
            throw counted(error)
        }
    }

    /// Deletes what the registry still keeps of an upload that did not come to its end.
    func abandon() async {
        guard let open = session ?? offered else { return }
        (session, offered) = (nil, nil)
        await client.abandon(open.location)
    }

    // MARK: One way after the other

    /// Goes on with the open session, or opens one; `false` when none is needed.
    private func isOpen() async throws(RequestFailure) -> Bool {
        if way == .chunks { try await resume() } else if session != nil { await abandon() }
        if session == nil {
            guard case .session(let new) = try await open() else { return false }
            session = new
        }
        return true
    }

    /// Chooses the next way, if a refusal is about this one; throws what the refusal says if not.
    private func chooseNextWay(after answer: RegistryClient.Answer) async throws(RequestFailure) {
        guard !answer.refusal.forgetsUpload, let next = way.next(after: answer.status) else {
            throw try await failure(for: answer)
        }
        detail("\(way) is refused with \(answer.status); \(next) is tried")
        way = next
    }

    private func sendChunks() async throws(RequestFailure) {
        while let current = session, current.offset < descriptor.size {
            let range = current.nextChunk(of: descriptor.size)
            let answer = try await send(.patch, range)
            guard answer.isSuccess else { throw try await failure(for: answer) }
            session?.acknowledge(answer.response, upTo: range.upperBound)
            gotThrough = true
            reached = max(reached, session?.offset ?? 0)
        }
    }

    /// Asks the registry what it has of a session that is in doubt; without a session afterwards, it has nothing.
    private func resume() async throws(RequestFailure) {
        guard let current = session, current.isInDoubt else { return }
        let answer = try await client.send(Request(method: .get, url: current.location))
        if RetryPolicy.isTemporary(status: answer.status) { throw try await failure(for: answer) }
        guard answer.isSuccess, session?.resume(answer.response) == true else {
            detail("the upload is lost; it starts again")
            if answer.forgetsUpload { session = nil } else { await abandon() }
            return
        }
        reached = max(reached, session?.offset ?? 0)
        try goOn(at: answer)
    }

    // MARK: The steps

    /// Opens a session, or finds that none is needed.
    private func open() async throws(RequestFailure) -> RemoteRepository.Opened {
        if let offered {
            self.offered = nil
            return .session(offered)
        }
        return try await repository.openUpload(of: descriptor)
    }

    /// Sends part of the blob, or all of it.
    private func send(
        _ method: HTTPMethod,
        _ range: Range<Int>
    ) async throws(RequestFailure) -> RegistryClient.Answer {
        guard let current = session else {
            throw RequestFailure(Failure(.internalError, "no upload is open"))
        }
        let (proof, progress, start) = (proof, progress, range.lowerBound)
        try RequestFailure.rethrowing { () throws(Failure) in try proof.begin(at: start) }
        var request = Request(
            method: method,
            url: method == .put ? current.location.committing(descriptor.digest) : current.location,
            headers: ["Content-Type": "application/octet-stream"],
            body: blob.body(of: range),
            inspectBody: { bytes, offset throws(TransferError) in try proof.inspect(bytes, offset) },
            uploadProgress: { progress.moved(to: start + $0) }
        )
        // An upload has an end: what it has got of this piece is asked for first.
        request.sendsBodyOnce = true
        // Both ends count. A request with the whole blob has none: some registries cap those that do.
        if way == .chunks { request.headers.add("Content-Range", "\(start)-\(range.upperBound - 1)") }
        session?.sending(upTo: range.upperBound)
        progress.moved(to: start)
        do throws(RequestFailure) {
            let answer = try await client.send(request)
            if answer.isSuccess {
                session?.isInDoubt = false
                try goOn(at: answer)
            }
            return answer
        } catch {
            if let failure = proof.failure { throw RequestFailure(failure) }
            switch (error.failure.cause as? TransferError)?.kind {
            case .bodyUnreadable?: throw RequestFailure(Failure(changed: blob, "\(error.failure.why ?? "")"))
            case .connectionLost?:
                if progress.position - start >= Self.leastPiece { gotThrough = true }
                lost()
            case .stalled?: lost()
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
        guard way == .chunks, answer.refusal.code == "DIGEST_INVALID" else {
            throw try await failure(for: answer)
        }
        // What was sent is verified: the pieces were put together in a wrong way.
        let refusal = try await client.failure(for: answer, doing: "push to")
        await abandon()
        gotThrough = false
        throw RequestFailure(refusal.failure, isTemporary: true)
    }

    /// What an answer to the last request says has to be right.
    private func check(_ answer: RegistryClient.Answer) async throws(RequestFailure) {
        if answer.status != 201, answer.status != 204 {
            // Old registries say "accepted".
            guard answer.status == 202, try await repository.hasArrived(descriptor) else {
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
                "\(repository.registry) stored another \(descriptor.role) than the one sent",
                why: "sent was \(descriptor.digest), stored is \(announced.truncated(to: 160))"
            )
        }
    }

    /// Takes note of where an upload goes on.
    private func goOn(at answer: RegistryClient.Answer) throws(RequestFailure) {
        guard answer.method != .put, answer.response.headers["Location"] != nil else { return }
        session?.location = try repository.location(of: answer)
    }

    // MARK: Failures

    /// The whole blob was on its way when the connection, or the upload, was lost.
    private func lost() {
        guard way != .chunks else { return }
        losses += 1
        guard losses >= Self.lossLimit else { return }
        way = .chunks
        detail("it did not get through whole; \(way) are tried")
    }

    private func detail(_ text: String) {
        client.events.record(.detail("\(descriptor.role) \(descriptor.digest.short): \(text)"))
    }

    private func failure(for answer: RegistryClient.Answer) async throws(RequestFailure) -> RequestFailure {
        let refusal = try await client.failure(for: answer, doing: "push to", missing: "such upload")
        if answer.forgetsUpload {
            session = nil
            lost()
        }
        // Another session, or what the registry has of this one, may do.
        guard answer.forgetsUpload || way == .chunks && answer.status == 416 else { return refusal }
        return RequestFailure(refusal.failure, isTemporary: true)
    }

    /// A failure with what was reached until then.
    private func counted(_ error: RequestFailure) -> RequestFailure {
        var error = error
        if mark.advance(to: reached) {
            restarts = 0
            error.madeProgress = true
        } else if gotThrough, restarts < Self.restartLimit {
            restarts += 1
            error.madeProgress = true
        }
        gotThrough = false
        return error
    }
}

extension RegistryClient.Answer {
    var isSuccess: Bool { response.isSuccess }

    /// Whether the registry does not know an upload that it has opened.
    fileprivate var forgetsUpload: Bool { status == 404 || refusal.forgetsUpload }
}

extension RegistryErrorBody {
    fileprivate var forgetsUpload: Bool { code == "BLOB_UPLOAD_UNKNOWN" || code == "BLOB_UPLOAD_INVALID" }
}

extension HTTPURL {
    /// Where the last request of an upload goes; what the registry wrote stays byte for byte.
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
