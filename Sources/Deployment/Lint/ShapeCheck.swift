import Diagnostics
import YAML

/// Compares a document with the shape of its kind.
struct ShapeCheck {
    private(set) var collector: LintCollector
    /// Advice about fields of other kinds.
    let advice: @Sendable (String) -> String?

    init(_ collector: LintCollector, advice: @escaping @Sendable (String) -> String?) {
        self.collector = collector
        self.advice = advice
    }

    /// Compares a value with a shape; `place` is where the value or its key is.
    mutating func check(_ node: Node, _ shape: Shape, at path: String, _ place: Node.Place) {
        switch shape {
        case .text(let rules): text(node, rules, path)
        case .word(let words): word(node, words, path)
        case .integer(let range):
            guard node.isNumber, let text = node.scalarText else { return wrongType(node, "a number", path) }
            guard let value = node.integer, range.contains(value) else {
                return collector.add(
                    .wrongValue,
                    at: node.place,
                    "\(path): \(text.truncated(to: 40)) is not an integer from \(range.lowerBound) to \(range.upperBound)"
                )
            }
        case .bool:
            // kubectl also reads yes, on and True as true.
            if case .bool = node.value { return }
            if node.otherReading != "a boolean" { wrongType(node, "true or false", path) }
        case .object(let fields): object(node, fields, path, place)
        case .configuration:
            guard node.members != nil else { return wrongType(node, "an object", path) }
            configuration(node, path, isRounded: true)
        case .any: configuration(node, path, isRounded: false)
        case .labels: labels(node, path)
        case .texts:
            guard let members = node.members else { return wrongType(node, "an object", path) }
            for member in members {
                text(member.value, TextShape(), "\(path).\(member.key.truncated(to: 63))")
            }
        case .elsewhere: break
        case .list(let item, let limit, let unique): list(node, item, limit, unique, path)
        case .unchecked:
            guard node.members != nil || node.elements != nil else {
                return wrongType(node, "an object or a list", path)
            }
        }
    }

    private mutating func wrongType(_ node: Node, _ expected: String, _ path: String) {
        if let reading = node.otherReading {
            return collector.add(
                .ambiguousText,
                at: node.place,
                "\(path): kubectl reads \(node.string?.truncated(to: 40) ?? "this") without quotes as \(reading); "
                    + "\(expected) is expected"
            )
        }
        var hints: [String] = []
        if expected == "a string", let text = node.scalarText {
            hints = ["put it in quotes: \"\(text.truncated(to: 60))\""]
        }
        collector.add(
            .wrongType,
            at: node.place,
            "\(path): \(expected) is expected, not \(node.kind)",
            try: hints
        )
    }

    private mutating func text(_ node: Node, _ rules: TextShape, _ path: String) {
        guard let string = node.string, node.otherReading == nil else {
            if let reading = node.otherReading, let string = node.string {
                return collector.add(
                    .ambiguousText,
                    at: node.place,
                    "\(path): kubectl reads \(string.truncated(to: 40)) without quotes as \(reading)",
                    try: ["put it in quotes: \"\(string.truncated(to: 60))\""]
                )
            }
            return wrongType(node, "a string", path)
        }
        let count = string.unicodeScalars.count
        guard rules.count.contains(count) else {
            return collector.add(
                .wrongLength,
                at: node.place,
                count == 0
                    ? "\(path) is empty"
                    : "\(path) has \(count) characters; at most \(rules.count.upperBound) are allowed"
            )
        }
        guard let form = rules.form, !form.isValid(string) else { return }
        collector.add(
            .wrongValue,
            at: node.place,
            // Not quoted with an "@", because it may be a url with a password.
            (string.contains("@") ? "\(path)" : "\(path): \"\(string.truncated(to: 80))\"")
                + " is not \(form.description)"
        )
    }

    private mutating func word(_ node: Node, _ words: [String], _ path: String) {
        guard let string = node.string, node.otherReading == nil else {
            return wrongType(node, "a string", path)
        }
        guard !words.contains(string) else { return }
        let meant =
            words.first { $0.lowercased() == string.lowercased() }
            // As options of this program and other APIs write them.
            ?? words.first { $0.hasSuffix("_" + string.uppercased()) }
            ?? ["AUTHENTICATION": "AUTHN", "AUTHORIZATION": "AUTHZ"][string.uppercased()].flatMap {
                words.contains($0) ? $0 : nil
            }
            ?? string.uppercased().nearest(of: words, within: 3)
        collector.add(
            .wrongValue,
            at: node.place,
            "\(path): \"\(string.truncated(to: 60))\" is not one of " + words.joined(separator: ", "),
            try: meant.map { ["write \($0)"] } ?? []
        )
    }

    private mutating func object(_ node: Node, _ fields: [Field], _ path: String, _ place: Node.Place) {
        guard let members = node.members else { return wrongType(node, "an object", path) }
        for member in members {
            let name = (path.isEmpty ? "" : "\(path).") + member.key.truncated(to: 60)
            if let field = fields.first(where: { $0.name == member.key }) {
                // An API server drops null, so the field is absent.
                if !member.value.isNull { check(member.value, field.shape, at: name, member.place) }
                continue
            }
            let names = fields.map(\.name)
            let meant =
                names.first { $0.lowercased() == member.key.lowercased() }
                ?? member.key.nearest(of: names, within: 2)
            collector.add(
                .unknownField,
                at: member.place,
                "\(name) is not a field of this kind",
                try: [meant.map { "write \($0)" } ?? advice(member.key)].compactMap(\.self)
            )
        }
        for field in fields where field.isRequired && node[field.name] == nil {
            collector.add(.missingField, at: place, "\(path).\(field.name) is missing")
        }
    }

    private mutating func list(_ node: Node, _ item: Shape, _ limit: Int?, _ unique: String?, _ path: String)
    {
        guard let elements = node.elements else { return wrongType(node, "a list", path) }
        if let limit, elements.count > limit {
            collector.add(
                .wrongLength,
                at: node.place,
                "\(path) has \(elements.count) items; at most \(limit) are allowed"
            )
        }
        var seen: Set<String> = []
        for (position, element) in elements.enumerated() {
            check(element, item, at: "\(path)[\(position)]", element.place)
            guard let unique, let key = element[unique], let text = key.scalarText else { continue }
            if !seen.insert(text).inserted {
                collector.add(
                    .duplicateItem,
                    at: key.place,
                    "\(path)[\(position)].\(unique): \(text.truncated(to: 60)) is a duplicate"
                )
            }
        }
    }

    private mutating func labels(_ node: Node, _ path: String) {
        guard let members = node.members else { return wrongType(node, "an object", path) }
        if members.count > 4096 {
            collector.add(
                .wrongLength,
                at: node.place,
                "\(path) has \(members.count) labels; at most 4096 are allowed"
            )
        }
        for member in members {
            if member.key.isEmpty || member.key.contains("*") {
                collector.add(
                    .wrongValue,
                    at: member.place,
                    "\(path): the key \"\(member.key.truncated(to: 63))\" is empty or has a wildcard",
                    try: ["write the whole key: Istio compares whole keys and values"]
                )
            }
            text(
                member.value,
                TextShape(count: 0...63, form: ("a value without a wildcard (*)", { !$0.contains("*") })),
                "\(path).\(member.key.truncated(to: 63))"
            )
        }
    }

    /// Finds texts and numbers that reach the plugin as something else.
    private mutating func configuration(_ node: Node, _ path: String, isRounded: Bool) {
        switch node.value {
        case .mapping(let members):
            for member in members {
                configuration(member.value, "\(path).\(member.key.truncated(to: 60))", isRounded: isRounded)
            }
        case .sequence(let elements):
            for (position, element) in elements.enumerated() {
                configuration(element, "\(path)[\(position)]", isRounded: isRounded)
            }
        case .string(let string):
            guard let reading = node.otherReading else { return }
            collector.add(
                .ambiguousConfig,
                at: node.place,
                "\(path): kubectl reads \(string.truncated(to: 40)) without quotes as \(reading)",
                try: [
                    "put it in quotes, or write "
                        + (reading == "a boolean" ? "true or false" : "the number in decimal")
                ]
            )
        case .number(let number):
            guard isRounded, !number.contains(where: { ".eE".contains($0) }),
                (Int64(number)?.magnitude ?? .max) > 1 << 53
            else { return }
            collector.add(
                .largeNumber,
                at: node.place,
                "\(path): \(number.truncated(to: 40)) is beyond 2^53, so the plugin may read another number",
                try: ["put it in quotes, if the plugin accepts a string"]
            )
        case .null, .bool: break
        }
    }
}

extension Node {
    /// Whether kubectl reads a number.
    fileprivate var isNumber: Bool {
        if case .number = value { true } else { otherReading == "a number" }
    }

    /// The text of a scalar; `nil` for null, a list or an object.
    var scalarText: String? {
        switch value {
        case .string(let text), .number(let text): text
        case .bool(let bool): bool ? "true" : "false"
        case .null, .sequence, .mapping: nil
        }
    }
}
