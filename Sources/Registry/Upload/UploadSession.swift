import HTTPTransport

/// An open upload at a registry (distribution spec 1.1, "Pushing a blob in chunks").
struct UploadSession: Sendable {
    /// The largest minimum size of a chunk in bytes; larger values are reduced to it.
    static let longestMinimum = 1 << 30
    /// The number of times that a partly stored chunk is accepted, so that an upload always ends.
    static let shortfallLimit = 10

    /// The URL for the next request: the last one that the registry named.
    var location: HTTPURL
    /// The size of all chunks but the last, in bytes.
    let chunkSize: Int
    /// The number of bytes that the registry has acknowledged.
    var offset = 0
    /// The end of the bytes that were sent, acknowledged or not.
    var sent = 0
    /// Whether a request failed since the registry last reported its offset.
    var isInDoubt = false
    /// The number of chunks that were stored only in part.
    private var shortfalls = 0

    /// Describes an upload that the registry has opened.
    ///
    /// - Parameters:
    ///   - location: the URL for the next request.
    ///   - response: the response that opened it, which may announce a minimum (`OCI-Chunk-Min-Length`).
    ///   - chunkSize: the size of a chunk in bytes, if the minimum is not larger.
    init(at location: HTTPURL, openedBy response: Response, chunkSize: Int) {
        self.location = location
        let minimum = response.headers["OCI-Chunk-Min-Length"].flatMap { Int($0) } ?? 0
        self.chunkSize = max(chunkSize, min(minimum, Self.longestMinimum))
    }

    /// Returns the next range to send of a blob with a size in bytes.
    func nextChunk(of size: Int) -> Range<Int> {
        offset..<(offset + min(chunkSize, size - offset))
    }

    /// Records that bytes are about to be sent.
    mutating func sending(upTo end: Int) {
        sent = max(sent, end)
        isInDoubt = true
    }

    /// Records a chunk that the registry accepted.
    ///
    /// The response's `Range` counts if it ends within the chunk. Some registries repeat an old range, or count from the
    /// chunk's start: then the whole chunk has arrived, as the status says. The same holds when too many chunks are stored
    /// only in part.
    mutating func acknowledge(_ response: Response, upTo end: Int) {
        let stored = response.storedBytes ?? 0
        let isPart = stored > offset && stored < end
        if isPart { shortfalls += 1 }
        offset = isPart && shortfalls <= Self.shortfallLimit ? stored : end
    }

    /// Records the offset that the registry reports; returns `false` if it is not possible.
    mutating func resume(_ response: Response) -> Bool {
        guard let stored = response.storedBytes, stored <= sent else { return false }
        offset = stored
        isInDoubt = false
        return true
    }
}

extension Response {
    /// The number of stored bytes of an upload, from the header field `Range: 0-<last>`.
    ///
    /// An empty upload also has `0-0`, so a single byte counts as none.
    var storedBytes: Int? {
        guard let range = headers["Range"] else { return nil }
        let ends = range.trimmingPrefix("bytes=").split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, Int(ends[0]) == 0, let last = Int(ends[1]), last >= 0, last < Int.max else {
            return nil
        }
        return last == 0 ? 0 : last + 1
    }
}
