/// The messages of faults.
extension BodyValidator {
    /// The name of the instruction.
    var name: String { table.names[instruction] }

    func fault(_ message: String) -> BodyFault { BodyFault(message, at: start) }

    /// The fault of an instruction whose operands are of other types, or missing.
    func mismatch(_ expected: [StackType]) -> BodyFault {
        fault("\(name) needs \(Self.counted(expected)), the stack has \(description(ofTop: expected.count))")
    }

    /// The last types on the stack of the innermost block.
    func description(ofTop count: Int) -> String {
        let first = max(height, top - count)
        return first < top ? Self.counted(Array(stack[first..<top])) : "nothing"
    }

    /// The types with their numbers: "two i32 and one i64".
    static func counted(_ types: [StackType]) -> String {
        var runs: [(type: StackType, count: Int)] = []
        for type in types {
            if let last = runs.last, last.type == type {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((type, 1))
            }
        }
        let words = ["no", "one", "two", "three", "four"]
        let parts = runs.map { run in
            "\(run.count < words.count ? words[run.count] : "\(run.count)") \(run.type)"
        }
        guard let last = parts.last, parts.count > 1 else { return parts.first ?? "nothing" }
        return parts.dropLast().joined(separator: ", ") + " and " + last
    }

    func hexadecimal(_ number: Int) -> String { String(number, radix: 16) }

    /// Remembers the first use of a feature in a body.
    mutating func noteFeature(_ bit: UInt32) throws(BodyFault) {
        guard bit & ~bodyFeatures.bits != 0,
            let feature = ModuleFeature.allCases.first(where: { $0.bit == bit })
        else { return }
        _ = bodyFeatures.insert(feature)
        if features.insert(feature) {
            uses.append(
                FeatureUse(feature, at: start, function: function, instruction: isInLocals ? nil : name)
            )
        }
        guard !bodyFeatures.contains(.exceptions) || !bodyFeatures.contains(.legacyExceptions) else {
            throw fault(
                "the module uses legacy exceptions and those of WebAssembly 3.0; engines accept one kind"
            )
        }
    }
}
