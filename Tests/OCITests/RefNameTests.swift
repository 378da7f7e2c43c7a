import OCI
import Testing

@Suite struct RefNameTests {
    @Test func `every kind of name has a description`() throws {
        #expect(
            try RefName.reference(Reference(parsing: "nginx:1")).description == "docker.io/library/nginx:1"
        )
        #expect(RefName.tag(.latest).description == "latest")
        #expect(RefName.digest(Digest(of: [])).description == Digest(of: []).description)
        #expect(RefName.only.description == "the only image")
    }
}
