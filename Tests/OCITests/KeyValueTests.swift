import Diagnostics
import OCI
import Testing

@Suite struct KeyValueTests {
    static let read: [(text: String, key: String, value: String, why: String)] = [
        ("a=b", "a", "b", "as it is"),
        ("a=", "a", "", "an empty value"),
        ("a=b=c", "a", "b=c", "the first sign counts"),
        ("a==", "a", "=", "a sign for a value"),
        (
            "org.opencontainers.image.title=My Plugin", "org.opencontainers.image.title", "My Plugin",
            "a space in it"
        ),
        ("a=\u{338}x", "a", "\u{338}x", "a mark that would join the sign into another character"),
    ]

    @Test("splits a text at its first equals sign", arguments: read)
    func reading(text: String, key: String, value: String, why: String) throws {
        let pair = try KeyValue(parsing: text)
        #expect(pair.key == key, "\(why)")
        #expect(pair.value == value, "\(why)")
    }

    @Test("rejects a text without a key or an equals sign", arguments: ["", "a", "=", "=b"])
    func rejection(text: String) {
        let failure = #expect(throws: Failure.self) { try KeyValue(parsing: text) }
        #expect(failure?.code == .usage)
        #expect(failure?.message.contains("is not KEY=VALUE") == true)
    }
}
