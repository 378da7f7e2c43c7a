/// The sizes of memories and tables (WebAssembly 3.0, "Binary Format", Limits).
extension ModuleReader {
    mutating func readMemoryLimits() throws(ModuleReadError) -> Limits {
        let start = bytes.offset
        let limits = try readLimits("memory")
        let most: UInt64 = limits.is64 ? 262_144 : 65_536
        guard limits.minimum <= most else {
            throw .problem(
                .invalid("a memory of \(limits.minimum) pages exceeds the limit of \(most)", at: start)
            )
        }
        guard limits.maximum ?? 0 <= most else {
            throw .problem(.invalid("the maximum of a memory exceeds the limit of \(most) pages", at: start))
        }
        guard !limits.isShared || limits.maximum != nil else {
            throw .problem(.invalid("a shared memory has no maximum", at: start))
        }
        return limits
    }

    mutating func readTableLimits() throws(ModuleReadError) -> Limits {
        let start = bytes.offset
        let limits = try readLimits("table")
        guard !limits.isShared else { throw .problem(.invalid("a table is shared", at: start)) }
        guard limits.minimum <= 10_000_000 else {
            throw .problem(
                .invalid("a table of \(limits.minimum) entries exceeds the limit of 10000000", at: start)
            )
        }
        return limits
    }

    private mutating func readLimits(_ what: String) throws(ModuleReadError) -> Limits {
        let start = bytes.offset
        let flags = try bytes.byte("the limits of a \(what)")
        guard flags < 8 else {
            throw .problem(.invalid("a \(what)'s limits have the unknown flags \(flags)", at: start))
        }
        let bits = flags & 4 == 0 ? 32 : 64
        let minimum = try bytes.unsigned("the minimum of a \(what)", bits: bits)
        let maximum = flags & 1 == 0 ? nil : try bytes.unsigned("the maximum of a \(what)", bits: bits)
        guard maximum ?? .max >= minimum else {
            throw .problem(.invalid("a \(what)'s maximum is below its minimum", at: start))
        }
        return Limits(minimum: minimum, maximum: maximum, isShared: flags & 2 != 0, is64: flags & 4 != 0)
    }
}
