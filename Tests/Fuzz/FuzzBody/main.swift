import Diagnostics
import Fuzzing
import Wasm
import WasmMutation

/// A section: its id, its length and its content.
private func section(_ id: UInt8, _ content: [UInt8]) -> [UInt8] { [id] + number(content.count) + content }

/// What stands before the body: types of every form, tables, memories, tags, globals and segments.
private let before: [UInt8] =
    [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]
    // [] -> [], [i32] -> [i32 i64], an open structure, an array of i8, one of funcref.
    + section(
        1,
        [5, 0x60, 0, 0, 0x60, 1, 0x7F, 2, 0x7F, 0x7E, 0x50, 0, 0x5F, 3, 0x7F, 1, 0x78, 1, 0x63, 2, 0]
            + [0x5E, 0x78, 1, 0x5E, 0x70, 1]
    )
    + section(3, [1, 0]) + section(4, [2, 0x70, 0, 4, 0x6F, 4, 4]) + section(5, [2, 0, 1, 4, 1])
    + section(13, [1, 0, 0]) + section(6, [2, 0x7F, 1, 0x41, 0, 0x0B, 0x7E, 0, 0x42, 0, 0x0B])
    + section(7, [1, 1, 0x66, 0, 0]) + section(9, [1, 1, 0, 1, 0]) + section(12, [1])

private func number(_ value: Int) -> [UInt8] {
    (0..<5).map { UInt8(truncatingIfNeeded: value >> (7 * $0) & 0x7F) | ($0 < 4 ? 0x80 : 0) }
}

/// The validator of function bodies: the input is a body with its locals.
@_cdecl("LLVMFuzzerTestOneInput")
public func take(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let body = bytes(data, size)
    let module = before + section(10, [1] + number(body.count) + body) + section(11, [1, 1, 0])
    func read(_ offset: Int, _ count: Int) throws(Failure) -> [UInt8] {
        guard offset <= module.count else { fatalError("asked for byte \(offset) of \(module.count)") }
        return Array(module[offset...].prefix(count))
    }
    guard let outline = try? ModuleOutline(size: module.count, reading: read),
        let result = try? Module(outline, reading: read)
    else { fatalError("the module around the body cannot be read") }
    guard result.problems.allSatisfy({ $0.function != nil }) else { fatalError("\(result.problems)") }
    for problem in result.problems where problem.offset > module.count { fatalError("\(problem)") }
    _ = result.features
    return 0
}

/// Changes the locals and instructions.
@_cdecl("LLVMFuzzerCustomMutator")
public func change(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ limit: Int, _ seed: UInt32) -> Int {
    var mutation = WasmMutation(FuzzRandom(seed: seed)) { libFuzzerChange($0, limit: $1) }
    return write(mutation.body(bytes(data, size), limit: limit), to: data, limit: limit)
}

runFuzzer(take)
