import CYAML

/// The version of libyaml, for example `0.2.5`.
package let libyamlVersion = String(cString: yaml_get_version_string())

/// One parser of libyaml, which is freed once.
///
/// The text must outlive it.
struct EventParser: ~Copyable {
    /// A position: characters, line and column, from 0.
    struct Mark {
        let index: Int
        let line: Int
        let column: Int

        init(_ mark: yaml_mark_t) {
            // They count characters of a text in memory, so they fit.
            index = Int(clamping: mark.index)
            line = Int(clamping: mark.line)
            column = Int(clamping: mark.column)
        }

        var place: Node.Place { Node.Place(line: line + 1, column: column + 1) }
    }

    enum Kind {
        case documentStart
        case scalar(String, Node.Style)
        case sequenceStart
        case mappingStart
        case collectionEnd
        case alias
        /// The start or end of the stream, or the end of a document.
        case boundary
        case streamEnd
    }

    struct Event {
        let kind: Kind
        let hasAnchor: Bool
        let tag: String?
        let start: Mark
        let end: Mark
    }

    /// A violation of the grammar, in the words of libyaml.
    struct Violation: Error {
        let problem: String
        /// The offset in bytes; only for a text that is not UTF-8.
        let offset: Int?
        let place: Node.Place
        /// Whether memory is exhausted.
        let isOutOfMemory: Bool
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// Creates a parser; returns `nil` without memory.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            return nil
        }
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// Returns the next event; must not be called after a violation or the end of the stream.
    func next() throws(Violation) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw violation }
        defer { yaml_event_delete(&event) }
        let start = Mark(event.start_mark)
        let end = Mark(event.end_mark)
        func made(
            _ kind: Kind,
            anchor: UnsafeMutablePointer<yaml_char_t>? = nil,
            tag: UnsafeMutablePointer<yaml_char_t>? = nil
        )
            -> Event
        {
            Event(
                kind: kind,
                hasAnchor: anchor != nil,
                tag: tag.map { String(cString: $0) },
                start: start,
                end: end
            )
        }
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let style: Node.Style =
                switch scalar.style {
                case YAML_PLAIN_SCALAR_STYLE: .plain
                case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
                default: .quoted
                }
            return made(
                .scalar(String(decoding: bytes, as: UTF8.self), style),
                anchor: scalar.anchor,
                tag: scalar.tag
            )
        case YAML_SEQUENCE_START_EVENT:
            let sequence = event.data.sequence_start
            return made(.sequenceStart, anchor: sequence.anchor, tag: sequence.tag)
        case YAML_MAPPING_START_EVENT:
            let mapping = event.data.mapping_start
            return made(.mappingStart, anchor: mapping.anchor, tag: mapping.tag)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return made(.collectionEnd)
        case YAML_ALIAS_EVENT: return made(.alias)
        case YAML_DOCUMENT_START_EVENT: return made(.documentStart)
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return made(.streamEnd)
        default: return made(.boundary)
        }
    }

    private var violation: Violation {
        let parser = parser.pointee
        return Violation(
            problem: parser.problem.map { String(cString: $0) } ?? "it cannot be read",
            offset: parser.error == YAML_READER_ERROR ? Int(clamping: parser.problem_offset) : nil,
            place: Mark(parser.problem_mark).place,
            isOutOfMemory: parser.error == YAML_MEMORY_ERROR
        )
    }
}
