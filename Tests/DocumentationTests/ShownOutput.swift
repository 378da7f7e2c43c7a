/// Compares what a page shows with what a command has printed.
struct ShownOutput {
    let shown: [String]
    let printed: [String]
    /// Whether digests and sizes are those of the documents: they depend on the version of zlib.
    let comparesDigests: Bool

    init(shown: [String], printed: String, comparesDigests: Bool) {
        self.shown = shown
        var lines = printed.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        self.printed = lines
        self.comparesDigests = comparesDigests
    }

    /// Whether they agree; a shown line `…` means any lines.
    var agrees: Bool {
        let pattern = Self.ordered(shown.map(fixed))
        let text = Self.ordered(printed.map(fixed))
        return Self.matches(pattern[...], text[...])
    }

    private static func matches(_ pattern: ArraySlice<String>, _ text: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        guard first == "…" else {
            return text.first == first && matches(pattern.dropFirst(), text.dropFirst())
        }
        return (text.startIndex...text.endIndex).contains { matches(pattern.dropFirst(), text[$0...]) }
    }

    /// A line with fixed text in place of times, dates, rates and ports.
    private func fixed(_ line: String) -> String {
        var line = line.replacing(/\b(localhost|127\.0\.0\.1):\d+/) { "\($0.output.1):PORT" }
            .replacing(/\b\d+(\.\d+)? [KMG]?i?B\/s/, with: "RATE")
            .replacing(/\b\d+(\.\d+)? m?s\b/, with: "TIME")
            .replacing(/\b\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/, with: "DATE")
            .replacing(/(x-envoy-upstream-service-time:?)( +)\d+\b/) { "\($0.output.1)\($0.output.2)TIME" }
            .replacing(/(x-envoy-upstream-service-time +)-( +)\d+/) { "\($0.output.1)-\($0.output.2)TIME" }
        if !comparesDigests {
            line = line.replacing(/sha256:[0-9a-f]{12,64}/, with: "sha256:…")
                .replacing(/sha256\/[0-9a-f]{64}/, with: "sha256/…")
                .replacing(/\b\d+(\.\d+)? [KMG]?i?B\b/, with: "SIZE")
                .replacing(/"size":\d+/, with: "\"size\":SIZE")
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    /// Transfers run in parallel and folders have no order, so neighbors that name a blob are sorted.
    private static func ordered(_ lines: [String]) -> [String] {
        func namesBlob(_ line: String) -> Bool {
            line.contains(/^\s*(wasmpack: )?(config|layer|index|manifest|blob)s? .*sha256:/)
                || line.contains(/^[\w-]+\/[\w.\/-]+$/)
        }
        var result: [String] = []
        var group: [String] = []
        for line in lines {
            if namesBlob(line) {
                group.append(line)
            } else {
                result += group.sorted() + [line]
                group = []
            }
        }
        return result + group.sorted()
    }
}
