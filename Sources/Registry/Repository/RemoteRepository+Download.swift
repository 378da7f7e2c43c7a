import Diagnostics
import HTTPTransport
import OCI
import Storage

extension RemoteRepository {
    /// Downloads a blob, and proves it.
    ///
    /// When a connection breaks, the next request asks for the rest (RFC 9110 §14.2). As long as clearly more of the blob
    /// has come than ever before, the number of tries begins anew. Content that came whole and is not what it should be is not
    /// asked for again.
    func download(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        let sink = try BlobSink(for: descriptor, from: registry, in: spoolDirectory) { [self] in
            report(descriptor, .moved(bytes: $0))
        }
        // A finished blob owns its file by itself.
        defer { sink.discard() }
        var mark = RetryResetThreshold(size: descriptor.size)
        return try await retrying("\(descriptor.role) \(descriptor.digest.short)") {
            _ throws(RequestFailure) in
            do throws(RequestFailure) {
                return try await self.receive(descriptor, into: sink)
            } catch {
                var failure = error
                failure.madeProgress = mark.advance(to: sink.furthest)
                throw failure
            }
        }
    }

    /// Asks for what is not there yet; from the start, if the registry cannot go on where it stopped.
    private func receive(_ descriptor: Descriptor, into sink: BlobSink) async throws(RequestFailure) -> Blob {
        if try await !request(descriptor, from: sink.byteCount, into: sink) {
            client.events.record(
                .detail("\(registry) does not go on at byte \(sink.byteCount): from the start again")
            )
            try RequestFailure.rethrowing { () throws(Failure) in try sink.startOver() }
            _ = try await request(descriptor, from: 0, into: sink)
        }
        do throws(Failure) {
            return try sink.finish()
        } catch {
            // Without a length, a broken connection looks like the end of the content.
            throw RequestFailure(error, isTemporary: sink.byteCount < descriptor.size)
        }
    }

    /// Asks for a blob from a byte on; says whether it came, and not another part or none.
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
            if start > 0, sink.isOffTrack { return false }
            // Only the end of the answer is missing, not of the content.
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
