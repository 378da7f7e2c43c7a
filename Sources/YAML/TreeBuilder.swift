import Diagnostics

/// Builds trees from events, and rejects what is not a tree of JSON.
struct TreeBuilder {
    private struct Frame {
        let isMapping: Bool
        let place: Node.Place
        let start: Int
        var elements: [Node] = []
        var members: [Node.Member] = []
        /// The keys, and where they are.
        var keys: [String: Node.Place] = [:]
        /// The key whose value comes next.
        var key: (text: String, place: Node.Place)?

        var node: Node {
            Node(
                value: isMapping ? .mapping(members) : .sequence(elements),
                style: .collection,
                place: place,
                range: start..<start
            )
        }
    }

    private let limits: YAMLLimits
    private var cursor: ByteCursor
    private var frames: [Frame] = []
    private var nodeCount = 0
    private var documentCount = 0
    private(set) var documents: [Node] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: YAMLLimits) {
        self.limits = limits
        cursor = ByteCursor(bytes)
    }

    mutating func take(_ event: EventParser.Event) throws(YAMLError) {
        let place = event.start.place
        if event.hasAnchor { throw YAMLError(.anchor, "an anchor (&) is not supported", at: place) }
        if let tag = event.tag {
            throw YAMLError(.tag, "a tag is not supported", quoting: tag.truncated(to: 60), at: place)
        }
        switch event.kind {
        case .alias: throw YAMLError(.anchor, "an alias (*) is not supported", at: place)
        case .boundary, .streamEnd: break
        case .documentStart:
            documentCount += 1
            guard documentCount <= limits.documents else {
                throw YAMLError(.limit, "it has more than \(limits.documents) documents", at: place)
            }
        case .scalar(let text, let style): try scalar(text, style, event)
        case .sequenceStart: try open(isMapping: false, event)
        case .mappingStart: try open(isMapping: true, event)
        case .collectionEnd: if let frame = frames.popLast() { add(frame.node) }
        }
    }

    private mutating func count(_ place: Node.Place) throws(YAMLError) {
        nodeCount += 1
        guard nodeCount <= limits.nodes else {
            throw YAMLError(.limit, "it has more than \(limits.nodes) values", at: place)
        }
    }

    private mutating func open(isMapping: Bool, _ event: EventParser.Event) throws(YAMLError) {
        let place = event.start.place
        try count(place)
        if let frame = frames.last, frame.isMapping, frame.key == nil {
            throw YAMLError(.complexKey, "a key is a list or an object", at: place)
        }
        guard frames.count < limits.depth else {
            throw YAMLError(.limit, "it is nested deeper than \(limits.depth) levels", at: place)
        }
        frames.append(Frame(isMapping: isMapping, place: place, start: cursor.offset(of: event.start.index)))
    }

    private mutating func scalar(_ text: String, _ style: Node.Style, _ event: EventParser.Event)
        throws(YAMLError)
    {
        let place = event.start.place
        try count(place)
        guard let last = frames.indices.last, frames[last].isMapping, frames[last].key == nil else {
            let start = cursor.offset(of: event.start.index)
            let end = max(start, cursor.offset(of: event.end.index))
            return add(
                Node(
                    value: style == .plain ? PlainScalar.value(of: text) : .string(text),
                    style: style,
                    place: place,
                    range: start..<end
                )
            )
        }
        if style == .plain, text == "<<" {
            throw YAMLError(.mergeKey, "a merge key (<<) is not supported", at: place)
        }
        if let first = frames[last].keys.updateValue(place, forKey: text) {
            throw YAMLError(
                .duplicateKey,
                "a key is a duplicate of that in line \(first.line)",
                quoting: "\"\(text.truncated(to: 60))\"",
                key: text,
                at: place
            )
        }
        frames[last].key = (text, place)
    }

    private mutating func add(_ node: Node) {
        guard let last = frames.indices.last else { return documents.append(node) }
        guard let key = frames[last].key else { return frames[last].elements.append(node) }
        frames[last].members.append(Node.Member(key: key.text, place: key.place, value: node))
        frames[last].key = nil
    }
}

/// Converts positions in characters, which only grow, to offsets in bytes.
private struct ByteCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let start: Int
    private var index = 0
    private var offset: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        // libyaml does not count the byte order mark.
        start = bytes.starts(with: YAMLReader.byteOrderMark) ? YAMLReader.byteOrderMark.count : 0
        offset = start
    }

    mutating func offset(of target: Int) -> Int {
        if target < index { (index, offset) = (0, start) }
        while index < target, offset < bytes.count {
            offset += 1
            // Continuation bytes belong to the character before them.
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            index += 1
        }
        return offset
    }
}
