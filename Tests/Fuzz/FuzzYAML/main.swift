import Fuzzing
import YAML

/// The reader of YAML, with small limits so that inputs reach them.
@_cdecl("LLVMFuzzerTestOneInput")
public func take(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let limits = YAMLLimits(size: 1 << 20, depth: 16, nodes: 1000, documents: 20)
    let text = bytes(data, size)
    for document in (try? YAMLReader.documents(in: text, limits: limits)) ?? [] {
        // Walks the whole tree.
        _ = document.json
        precondition(document.range.upperBound <= text.count)
    }
    return 0
}

runFuzzer(take)
