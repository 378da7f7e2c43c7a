import HTTPTransport

/// An upload that a registry has opened and waits for (distribution spec 1.1, "Pushing a blob in chunks").
struct UploadSession: Sendable {
    /// How large a chunk is, in bytes: some registries take less than 4 MiB.
    static let chunkSize = 4 * 1024 * 1024 - 4096
    /// The most that a registry may want in one chunk, in bytes; a larger wish is taken for this one.
    static let longestMinimum = 1 << 30
    /// How often less than what was sent is believed to have arrived: a registry that always keeps a byte has no end.
    static let shortfallLimit = 10

    /// Where it goes on: each answer may name another place, and the newest is the one that counts.
    var location: HTTPURL
    /// The least that a chunk must have, in bytes, but for the last one (`OCI-Chunk-Min-Length`).
    let chunkMinimum: Int
    /// How many bytes the registry has acknowledged.
    var offset = 0
    /// Up to where bytes were sent, acknowledged or not.
    var sent = 0
    /// Whether something went wrong since the registry last said what it has.
    var isInDoubt = false
    /// How often a chunk was taken in part.
    private var shortfalls = 0

    init(at location: HTTPURL, openedBy response: Response) {
        self.location = location
        let minimum = response.headers["OCI-Chunk-Min-Length"].flatMap { Int($0) } ?? 0
        chunkMinimum = min(max(0, minimum), Self.longestMinimum)
    }

    /// What to send next of so many bytes.
    func nextChunk(of size: Int) -> Range<Int> {
        offset..<(offset + min(max(Self.chunkSize, chunkMinimum), size - offset))
    }

    /// Takes note that bytes are about to be sent.
    mutating func sending(upTo end: Int) {
        sent = max(sent, end)
        isInDoubt = true
    }

    /// Takes note of a chunk that was taken.
    ///
    /// The `Range` of the answer counts if it leads on and not past what was sent. Some registries repeat an old one, or
    /// count from the chunk's start: then all of the chunk has arrived, as the status says. So it is when parts of chunks
    /// arrive too often.
    mutating func acknowledge(_ response: Response, upTo end: Int) {
        let stored = response.storedBytes ?? 0
        let isPart = stored > offset && stored < end
        if isPart { shortfalls += 1 }
        offset = isPart && shortfalls <= Self.shortfallLimit ? stored : end
    }

    /// Takes note of what the registry says it has; `false` if that cannot be.
    mutating func resume(_ response: Response) -> Bool {
        guard let stored = response.storedBytes, stored <= sent else { return false }
        offset = stored
        isInDoubt = false
        return true
    }
}

extension Response {
    /// How many bytes an upload has, by its field `Range: 0-<last>`.
    ///
    /// An empty upload says `0-0` too, so that one byte is none.
    var storedBytes: Int? {
        guard let range = headers["Range"] else { return nil }
        let ends = range.trimmingPrefix("bytes=").split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, Int(ends[0]) == 0, let last = Int(ends[1]), last >= 0, last < Int.max else {
            return nil
        }
        return last == 0 ? 0 : last + 1
    }
}
