import OCI
import Storage
import Testing

@Suite struct EntryNameTests {
    private static let old = Digest(of: [1])
    private static let new = Digest(of: [2])

    private func name(_ text: String) throws -> EntryName {
        EntryName(.reference(try Reference(parsing: text)))
    }

    @Test func `a new name replaces the entry's name, a digest does not`() throws {
        let v1 = try name("r.example/a/b:v1")
        let v2 = RefName.tag(try Tag(parsing: "v2"))
        #expect(v1.replaced(by: nil) == v1)
        #expect(v1.replaced(by: .digest(Self.old)) == v1)
        #expect(v1.replaced(by: v2) == EntryName(v2))
    }

    @Test func `a rebuilt image keeps its name, but not the old digest as a name`() throws {
        let tagged = try name("r.example/a/b:v1")
        let pinned = try name("r.example/a/b@\(Self.old)")
        #expect(tagged.passed(from: Self.old, to: Self.new) == tagged)
        #expect(pinned.passed(from: Self.old, to: Self.new) == EntryName(.only))
        #expect(pinned.passed(from: Self.old, to: Self.old) == pinned)
    }

    @Test func `a copy within a store changes nothing if the image already has the name`() throws {
        let v1 = try name("r.example/a/b:v1")
        #expect(v1.isUnchanged(by: nil, for: Self.old))
        #expect(v1.isUnchanged(by: .digest(Self.old), for: Self.old))
        #expect(!v1.isUnchanged(by: .digest(Self.new), for: Self.old))
        #expect(v1.isUnchanged(by: .tag(try Tag(parsing: "v1")), for: Self.old))
        #expect(!v1.isUnchanged(by: .tag(try Tag(parsing: "v2")), for: Self.old))
    }
}
