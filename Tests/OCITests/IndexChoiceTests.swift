import Diagnostics
import OCI
import Testing

@Suite struct IndexChoiceTests {
    /// An entry: its platform as `os/architecture`, or its kind.
    private static func entry(_ platform: String?, note: String? = nil, artifact: MediaType? = nil) -> String
    {
        let parts = platform.map { $0.split(separator: "/") } ?? []
        var members = [
            #""mediaType":"\#(MediaType.imageManifest)""#,
            #""digest":"\#(Digest(of: Array((platform ?? note ?? "").utf8)))""#, #""size":7"#,
        ]
        if parts.count == 2 {
            members.append(#""platform":{"os":"\#(parts[0])","architecture":"\#(parts[1])"}"#)
        }
        if let note { members.append(#""annotations":{"vnd.docker.reference.type":"\#(note)"}"#) }
        if let artifact { members.append(#""artifactType":"\#(artifact)""#) }
        return "{\(members.joined(separator: ","))}"
    }

    private static let amd64 = entry("linux/amd64")
    private static let arm64 = entry("linux/arm64")
    private static let wasm = entry("wasip1/wasm")
    private static let bare = entry(nil)
    private static let attestation = entry("unknown/unknown")
    private static let reference = entry("linux/amd64", note: "attestation-manifest")
    private static let statement = entry("linux/s390x", artifact: MediaType("application/vnd.in-toto+json"))

    private static let choices: [(entries: [String], choice: String?, why: String)] = [
        ([wasm, amd64], amd64, "the choice of Istio"),
        ([wasm, bare], bare, "an entry without a platform counts as the usual one"),
        ([bare, amd64], bare, "the first of them"),
        ([arm64], arm64, "the only one"),
        ([attestation, reference, statement, wasm], wasm, "the only one besides what describes it"),
        ([arm64, wasm], wasm, "the one for Wasm"),
        ([arm64, entry("linux/s390x")], nil, "the selection is ambiguous"),
        ([attestation, reference, statement], nil, "no image at all"),
        ([], nil, "nothing"),
    ]

    @Test("selects the image of an index, or none if it is ambiguous", arguments: choices)
    func choice(entries: [String], choice: String?, why: String) throws {
        func decode<Value: Decodable>(_ text: String) throws -> Value {
            try CanonicalJSON.decode(
                Value.self,
                from: Array(text.utf8),
                as: "test",
                failing: .manifestInvalid
            )
        }
        let index: Index = try decode(
            #"{"schemaVersion":2,"manifests":[\#(entries.joined(separator: ","))]}"#
        )
        let expected: Descriptor? = try choice.map(decode)
        #expect(index.choice == expected, "\(why)")
    }
}
