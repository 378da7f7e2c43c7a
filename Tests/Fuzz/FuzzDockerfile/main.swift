import Fuzzing
import Packing

/// The Dockerfile reader.
@_cdecl("LLVMFuzzerTestOneInput")
public func take(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    _ = try? Dockerfile(parsing: bytes(data, size), arguments: ["VERSION": "1", "NAME": ""])
    return 0
}

runFuzzer(take)
