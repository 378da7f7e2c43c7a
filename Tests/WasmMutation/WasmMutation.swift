/// Changes modules so that most of them stay readable: the sizes of sections and bodies are right again after a change.
///
/// A change is made on one level: sections, the items of one, functions, or the instructions of one body.
package struct WasmMutation<Random: RandomNumberGenerator> {
    /// The source of every choice.
    package var random: Random
    /// Changes bytes of any kind, and returns at most a number of them.
    let bytes: ([UInt8], Int) -> [UInt8]

    /// Creates the changes of a source; `bytes` changes what has no structure.
    package init(_ random: Random, bytes: @escaping ([UInt8], Int) -> [UInt8]) {
        self.random = random
        self.bytes = bytes
    }

    /// Returns a changed module of at most `limit` bytes.
    package mutating func module(_ original: [UInt8], limit: Int) -> [UInt8] {
        guard below(4) > 0, var parts = ModuleParts(original) else { return bytes(original, limit) }
        change(&parts, limit)
        let changed = parts.bytes
        return changed.count <= limit ? changed : bytes(original, limit)
    }

    /// Returns a changed body of at most `limit` bytes.
    package mutating func body(_ original: [UInt8], limit: Int) -> [UInt8] {
        guard below(2) > 0, var parts = BodyParts(original) else { return bytes(original, limit) }
        change(&parts, donor: nil)
        let changed = parts.bytes
        return changed.count <= limit ? changed : bytes(original, limit)
    }

    /// Returns a module with sections or instructions of another one; `nil` if they cannot be split.
    package mutating func module(_ original: [UInt8], with other: [UInt8], limit: Int) -> [UInt8]? {
        guard var parts = ModuleParts(original), let others = ModuleParts(other),
            let section = choice(others.sections)
        else { return nil }
        if below(3) > 0, var bodies = parts.bodies, let donors = others.bodies, let donor = choice(donors),
            let index = index(of: bodies), var body = BodyParts(bodies[index])
        {
            if let source = BodyParts(donor) { splice(source, into: &body) }
            bodies[index] = below(4) == 0 ? donor : body.bytes
            parts.bodies = bodies
        } else {
            parts.set(section.id, to: section.content)
        }
        let changed = parts.bytes
        return changed.count <= limit ? changed : nil
    }

    private mutating func change(_ parts: inout ModuleParts, _ limit: Int) {
        guard var bodies = parts.bodies, let index = index(of: bodies), below(4) > 0 else {
            return changeSections(&parts, limit)
        }
        switch below(12) {
        case 0:
            parts.append(leb128(below(4)), to: 3)
            bodies.append(bodies[index])
        case 1: bodies.remove(at: index)
        case 2: bodies.swapAt(index, below(bodies.count))
        case 3...5: bodies[index] = bytes(bodies[index], limit)
        default:
            guard var body = BodyParts(bodies[index]) else {
                bodies[index] = bytes(bodies[index], limit); break
            }
            change(&body, donor: choice(bodies).flatMap(BodyParts.init))
            bodies[index] = body.bytes
        }
        parts.bodies = bodies
    }

    private mutating func changeSections(_ parts: inout ModuleParts, _ limit: Int) {
        guard let index = index(of: parts.sections) else {
            return parts.set(1, to: [1] + (choice(WasmTemplates.types) ?? []))
        }
        switch below(10) {
        case 0: parts.sections.remove(at: index)
        case 1: parts.sections.insert(parts.sections[index], at: below(parts.sections.count))
        case 2: parts.sections.swapAt(index, below(parts.sections.count))
        case 3...6:
            if let (id, items) = choice(WasmTemplates.items), let item = choice(items) {
                parts.append(item, to: id)
            }
        case 7: parts.sections[index].content = number(in: parts.sections[index].content)
        default: parts.sections[index].content = bytes(parts.sections[index].content, limit)
        }
    }

    /// Writes another number over one byte that may be a number: a small one, an extreme one, or one with padding.
    private mutating func number(in content: [UInt8]) -> [UInt8] {
        guard let index = index(of: content) else { return content }
        var changed = content
        changed.replaceSubrange(index...index, with: number())
        return changed
    }

    mutating func number() -> [UInt8] {
        let extremes = [
            127, 128, 255, 16_383, 65_535, 65_536, 1_000_000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
        ]
        let value = below(4) == 0 ? choice(extremes) ?? 0 : below(6)
        return leb128(value, padding: below(8) == 0 ? below(4) : 0)
    }

    mutating func below(_ limit: Int) -> Int { limit > 1 ? Int.random(in: 0..<limit, using: &random) : 0 }
    mutating func index(of elements: [some Any]) -> Int? { elements.indices.randomElement(using: &random) }
    mutating func choice<Element>(_ elements: [Element]) -> Element? {
        elements.randomElement(using: &random)
    }
}
