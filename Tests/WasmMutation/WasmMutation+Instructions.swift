extension WasmMutation {
    /// Changes the locals or instructions of a body; `donor` gives instructions to another body.
    mutating func change(_ body: inout BodyParts, donor: BodyParts?) {
        let count = body.instructions.count
        // The last one is the end of the body, which most changes leave.
        let place = below(max(1, count - 1))
        switch below(16) {
        case 0 where count > 1: body.instructions.remove(at: place)
        case 1 where count > 1: body.instructions.insert(body.instructions[place], at: below(count - 1))
        case 2 where count > 1: body.instructions.swapAt(place, below(count - 1))
        case 3 where count > 1: body.instructions[place] = similar(to: body.instructions[place])
        case 4 where count > 1: body.instructions[place] = renumbered(body.instructions[place])
        case 5 where count > 1: body.instructions[place] = bytes(body.instructions[place], 64)
        case 6:
            let end = place + below(max(1, count - place))
            body.instructions.insert([0x0B], at: min(end, count))
            body.instructions.insert(choice(WasmTemplates.openings) ?? [], at: min(place, count))
        case 7: if let donor { splice(donor, into: &body) }
        case 8: body.locals.append(leb128(below(5)) + (choice(WasmTemplates.valueTypes) ?? []))
        case 9: if let index = index(of: body.locals) { body.locals.remove(at: index) }
        case 10 where count > 1: body.instructions.removeSubrange(place..<min(count - 1, place + below(8)))
        default:
            let inserted = below(3) == 0 ? WasmTemplates.instructions : WasmTemplates.neutral
            body.instructions.insert(choice(inserted) ?? [], at: min(place, count))
        }
    }

    /// Inserts some instructions of another body.
    mutating func splice(_ donor: BodyParts, into body: inout BodyParts) {
        guard let start = index(of: donor.instructions) else { return }
        let end = min(donor.instructions.count, start + 1 + below(12))
        let place = below(max(1, body.instructions.count))
        body.instructions.insert(contentsOf: donor.instructions[start..<end], at: place)
    }

    /// Returns an instruction with another code and the same immediates.
    private mutating func similar(to instruction: [UInt8]) -> [UInt8] {
        guard let code = instruction.first else { return instruction }
        guard (0xFB...0xFE).contains(code) else {
            let wanted = Immediates.of(code, 0)
            let codes = (UInt8(0)...0xFA).filter { Immediates.of($0, 0) == wanted }
            return [choice(codes) ?? code] + instruction.dropFirst()
        }
        var reader = ByteCursor(instruction, at: 1)
        guard let second = reader.unsigned() else { return instruction }
        let wanted = Immediates.of(code, second)
        let codes = (0..<280).filter { Immediates.of(code, $0) == wanted }
        return [code] + leb128(choice(codes) ?? second) + reader.rest
    }

    /// Returns an instruction with another immediate.
    private mutating func renumbered(_ instruction: [UInt8]) -> [UInt8] {
        let first = (0xFB...0xFE).contains(instruction.first ?? 0) ? 2 : 1
        guard instruction.count > first else { return instruction }
        var changed = instruction
        let place = first + below(instruction.count - first)
        // The whole number, of which a byte may be a part.
        var end = place
        while end < changed.count - 1, changed[end] >= 0x80 { end += 1 }
        changed.replaceSubrange(place...end, with: number())
        return changed
    }
}
