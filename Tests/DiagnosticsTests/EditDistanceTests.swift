import Diagnostics
import Testing

@Suite struct EditDistanceTests {
    @Test(
        "finds the most similar word",
        arguments: [
            ("psuh", "push"), ("pul", "pull"), ("psh", "push"), ("pullls", "pull"), ("pyll", "pull"),
            ("push", "push"), ("pus", "push"), ("é", nil), ("", nil), ("plugin", nil), ("bild", "build"),
        ]
    )
    func nearest(word: String, expected: String?) {
        #expect(word.nearest(of: ["push", "pull", "build"], within: 2) == expected)
    }

    @Test func `returns the first of several equally similar words`() {
        #expect("pu".nearest(of: ["pub", "pup"], within: 1) == "pub")
        #expect("pu".nearest(of: ["xx", "pup"], within: 2) == "pup")
        #expect("pu".nearest(of: [], within: 2) == nil)
    }

    @Test(
        "suggests only a word that was probably meant",
        arguments: [
            ("psuh", "push"), ("upsh", "push"), ("pus", "push"), ("psu", nil), ("nope", nil),
            ("bulid", "build"),
            ("pushhh", "push"), ("pshu", nil), ("buidl", "build"),
        ]
    )
    func nearestWord(word: String, expected: String?) {
        #expect(word.nearestWord(of: ["push", "pull", "build", "copy"]) == expected)
    }

    @Test(.timeLimit(.minutes(10))) func `returns quickly for a very long word`() {
        let word = String(repeating: "a", count: 500_000)
        #expect(word.nearest(of: ["push", String(word.dropLast(3))], within: 2) == nil)
    }
}
