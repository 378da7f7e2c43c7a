import Diagnostics
import HTTPTransport
import OCI
import Storage

extension RemoteRepository {
    /// Downloads and verifies a blob.
    ///
    /// After a broken connection, the next request asks for the rest (RFC 9110 §14.2). Clear progress resets the count of
    /// retries. Complete content with a wrong digest is not requested again.
    func download(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        let sink = try BlobSink(for: descriptor, from: registry, in: spool.path()) { [self] in
            report(descriptor, .received(bytes: $0))
        }
        // A finished blob owns its file and keeps it.
        defer { sink.discard() }
        var threshold = RetryResetThreshold(size: descriptor.size)
        return try await retrying("\(descriptor.role) \(descriptor.digest.short)") {
            _ throws(RequestFailure) in
            do throws(RequestFailure) {
                return try await self.receive(descriptor, into: sink)
            } catch {
                var failure = error
                failure.madeProgress = threshold.advance(to: sink.furthest)
                throw failure
            }
        }
    }

    /// Requests the missing bytes; starts again from the first byte if the registry cannot resume.
    private func receive(_ descriptor: Descriptor, into sink: BlobSink) async throws(RequestFailure) -> Blob {
        if try await !request(descriptor, from: sink.byteCount, into: sink) {
            client.events.record(
                .detail("\(registry) does not resume at byte \(sink.byteCount); starting again")
            )
            try RequestFailure.rethrowing { () throws(Failure) in try sink.startOver() }
            _ = try await request(descriptor, from: 0, into: sink)
        }
        do throws(Failure) {
            return try sink.finish()
        } catch {
            // Without a Content-Length, a broken connection looks like the end of the content.
            throw RequestFailure(error, isTemporary: sink.byteCount < descriptor.size)
        }
    }

    /// Requests a blob from an offset; returns `false` if the registry cannot send that part.
    private func request(
        _ descriptor: Descriptor,
        from start: Int,
        into sink: BlobSink
    ) async throws(RequestFailure) -> Bool {
        let answer: RegistryClient.Answer
        do throws(RequestFailure) {
            answer = try await client.send(
                .get,
                "blobs/\(descriptor.digest)",
                headers: start > 0 ? ["Range": "bytes=\(start)-"] : [:],
                into: sink
            )
        } catch {
            if let failure = sink.failure { throw RequestFailure(failure) }
            if start > 0, sink.isWrongRange { return false }
            // The content is complete; only the end of the response is missing.
            if sink.byteCount > 0, sink.byteCount == descriptor.size { return true }
            throw error
        }
        switch answer.status {
        case 200, 206: return true
        case 416 where start > 0: return false
        default:
            throw try await client.failure(
                for: answer,
                doing: "read from",
                missing: "\(descriptor.role) \(descriptor.digest)"
            )
        }
    }
}
