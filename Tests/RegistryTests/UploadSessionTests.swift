import HTTPTransport
import Testing

@testable import Registry

/// The state of an upload after different responses.
@Suite struct UploadSessionTests {
    private static func session(_ headers: HeaderFields = [:]) throws -> UploadSession {
        UploadSession(
            at: try HTTPURL(parsing: "https://registry.example/up"),
            openedBy: Response(status: 202, headers: headers),
            chunkSize: RemoteRepository.defaultChunkSize
        )
    }

    static let ranges: [(range: String?, next: Int, why: String)] = [
        ("0-199", 200, "all of it"),
        ("bytes=0-199", 200, "the way requests write it"),
        ("0-149", 150, "a part: the rest is sent again"),
        ("0-99", 200, "what it said before (ECR)"),
        ("0-49", 200, "counted from the chunk's start"),
        ("0-200", 200, "more than was sent"),
        ("0-9223372036854775807", 200, "more than there can be"),
        ("0-99999999999999999999", 200, "no number"),
        ("100-149", 200, "not from the start"),
        ("0--1", 200, "a negative one"),
        ("", 200, "nothing"),
        (nil, 200, "no word"),
    ]

    @Test("continues after an accepted chunk with any Range", arguments: ranges)
    func acknowledging(range: String?, next: Int, why: String) throws {
        var session = try Self.session()
        session.offset = 100
        session.sending(upTo: 200)
        session.acknowledge(Response(status: 202, headers: range.map { ["Range": $0] } ?? [:]), upTo: 200)
        #expect(session.offset == next, "\(why)")
    }

    @Test func `limits the number of partly stored chunks`() throws {
        var session = try Self.session()
        for position in 1...UploadSession.shortfallLimit {
            session.acknowledge(Response(status: 202, headers: ["Range": "0-\(position)"]), upTo: 200)
            #expect(session.offset == position + 1)
        }
        session.acknowledge(Response(status: 202, headers: ["Range": "0-50"]), upTo: 200)
        #expect(session.offset == 200)
    }

    static let states: [(range: String?, offset: Int?, why: String)] = [
        ("0-149", 150, "a part"),
        ("0-199", 200, "all that was sent"),
        ("0-0", 0, "an empty upload says so too"),
        ("0-49", 50, "less than it said before"),
        ("0-200", nil, "more than was sent is not ours"),
        ("x", nil, "no range"),
        (nil, nil, "no word"),
    ]

    @Test("resumes an upload at the registry's offset if it is possible", arguments: states)
    func resuming(range: String?, offset: Int?, why: String) throws {
        var session = try Self.session()
        session.offset = 100
        session.sending(upTo: 200)
        let isUsable = session.resume(Response(status: 204, headers: range.map { ["Range": $0] } ?? [:]))
        #expect(isUsable == (offset != nil), "\(why)")
        #expect(session.offset == offset ?? 100, "\(why)")
        #expect(session.isInDoubt == !isUsable)
    }

    static let wishes: [(wish: String?, size: Int, why: String)] = [
        (nil, 4_190_208, "just under 4 MiB"),
        ("1000", 4_190_208, "no less"),
        ("5000000", 5_000_000, "as much as is wanted"),
        ("99999999999", 1_073_741_824, "up to 1 GiB"),
        ("-5", 4_190_208, "a negative wish"),
        ("many", 4_190_208, "no number"),
    ]

    @Test("uses the registry's minimum chunk size within limits", arguments: wishes)
    func chunkSize(wish: String?, size: Int, why: String) throws {
        let session = try Self.session(wish.map { ["OCI-Chunk-Min-Length": $0] } ?? [:])
        #expect(session.nextChunk(of: 5_000_000_000) == 0..<size, "\(why)")
        #expect(session.nextChunk(of: 3) == 0..<3, "the last one may be smaller")
    }
}
