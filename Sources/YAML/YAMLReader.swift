/// How much of a text is read.
package struct YAMLLimits: Sendable {
    /// The largest text, in bytes.
    package let size: Int
    /// The deepest nesting of lists and objects.
    package let depth: Int
    /// The most values, with keys.
    package let nodes: Int
    /// The most documents.
    package let documents: Int

    /// 16 MiB, 64 levels, 500,000 values, 10,000 documents.
    package init(size: Int = 16 << 20, depth: Int = 64, nodes: Int = 500_000, documents: Int = 10_000) {
        self.size = size
        self.depth = depth
        self.nodes = nodes
        self.documents = documents
    }
}

/// Reads YAML 1.2 as a tree of JSON values with places.
///
/// Anchors, aliases, tags, merge keys, duplicate keys and keys other than scalars are errors. Words that YAML 1.1 takes for
/// booleans (`yes`, `no`, `on`, `off`) are strings. The text is UTF-8, also with a byte order mark.
package enum YAMLReader {
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Returns the documents of a text; an empty document is null.
    ///
    /// Throws the first reason why it cannot be read.
    package static func documents(in bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) throws(YAMLError)
        -> [Node]
    {
        if bytes.count > limits.size {
            throw YAMLError(
                .limit,
                "it is larger than \(limits.size >> 20) MiB",
                at: Node.Place(line: 1, column: 1)
            )
        }
        try TextEncoding.check(bytes)
        do throws(YAMLError) {
            return try bytes.withUnsafeBufferPointer { text throws(YAMLError) in try read(text, limits) }
        } catch {
            throw Template.explaining(error, in: bytes)
        }
    }

    /// Returns the only document of a text.
    ///
    /// Throws the first reason why it cannot be read, or is not one document.
    package static func document(in bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) throws(YAMLError)
        -> Node
    {
        let documents = try documents(in: bytes, limits: limits)
        guard let document = documents.first, documents.count == 1 else {
            throw YAMLError(
                .syntax,
                documents.isEmpty ? "it is empty" : "it has \(documents.count) documents; one is expected",
                at: documents.dropFirst().first?.place ?? Node.Place(line: 1, column: 1)
            )
        }
        return document
    }

    private static func read(_ text: UnsafeBufferPointer<UInt8>, _ limits: YAMLLimits) throws(YAMLError)
        -> [Node]
    {
        var builder = TreeBuilder(text, limits)
        guard let parser = EventParser(text) else { throw outOfMemory }
        while true {
            let event: EventParser.Event
            do throws(EventParser.Violation) {
                event = try parser.next()
            } catch {
                throw YAMLError(error, in: text)
            }
            if case .streamEnd = event.kind { return builder.documents }
            try builder.take(event)
        }
    }

    fileprivate static let outOfMemory = YAMLError(
        .limit,
        "there is not enough memory to read it",
        at: Node.Place(line: 1, column: 1)
    )
}

extension YAMLError {
    /// libyaml's messages that need more than its words.
    private static let explanations = [
        "could not find expected ':'": "a key without a colon",
        "mapping values are not allowed in this context":
            "a colon where no key is allowed: the line is indented wrongly, or its value needs quotes",
        "did not find expected key":
            "a key is expected: the line is indented wrongly, or the value before it needs quotes",
        "did not find expected '-' indicator": "a list item (-) is expected: the line is indented wrongly",
        "block sequence entries are not allowed in this context":
            "a list item (-) is not allowed here: it needs its own line",
        "found unexpected end of stream": "a quote is not closed",
        "did not find expected ',' or ']'": "\",\" or \"]\" is expected",
        "did not find expected ',' or '}'": "\",\" or \"}\" is expected",
        "did not find expected <document start>":
            "it does not belong to the document above it: indent it, or write --- before a new document",
        "did not find expected node content": "a value is expected",
        "exceeded maximum nesting level": "it is nested too deeply",
    ]

    fileprivate init(_ violation: EventParser.Violation, in text: UnsafeBufferPointer<UInt8>) {
        guard !violation.isOutOfMemory else {
            self = YAMLReader.outOfMemory
            return
        }
        if let offset = violation.offset {
            self.init(
                .encoding,
                violation.problem.contains("control") ? "it has a control character" : "it is not UTF-8",
                at: TextEncoding.place(of: offset, in: text)
            )
            return
        }
        var message = Self.explanations[violation.problem] ?? violation.problem
        if violation.problem == "found character that cannot start any token" {
            message =
                TextEncoding.character(at: violation.place, in: text) == UInt8(ascii: "\t")
                ? "a tab is not allowed as indentation; use spaces"
                : "a value cannot begin with this character; put it in quotes"
        }
        self.init(.syntax, message, at: violation.place)
    }
}
