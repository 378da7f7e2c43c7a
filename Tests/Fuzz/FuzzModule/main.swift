import Diagnostics
import Fuzzing
import ProxyWasm
import Wasm
import WasmMutation

/// The module reader, and what is said about the module.
@_cdecl("LLVMFuzzerTestOneInput")
public func take(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let input = bytes(data, size)
    let reading = try? EnvoyReading(of: "input", size: input.count) { offset, count throws(Failure) in
        guard offset <= input.count else { fatalError("asked for byte \(offset) of \(input.count)") }
        return Array(input[offset...].prefix(count))
    }
    guard let reading else { return 0 }
    for host in [ProxyHost.envoy, .higress] {
        let check = ModuleCheck(reading, host: host)
        _ = (check.verdict, check.abi, check.sdk, check.pluginType)
    }
    _ = reading.module.strippableSize
    return 0
}

/// Changes sections, functions and instructions, and keeps their sizes right.
@_cdecl("LLVMFuzzerCustomMutator")
public func change(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ limit: Int, _ seed: UInt32) -> Int {
    var mutation = WasmMutation(FuzzRandom(seed: seed)) { libFuzzerChange($0, limit: $1) }
    return write(mutation.module(bytes(data, size), limit: limit), to: data, limit: limit)
}

/// Puts sections or instructions of one module into another.
@_cdecl("LLVMFuzzerCustomCrossOver")
public func cross(
    _ first: UnsafePointer<UInt8>?,
    _ size: Int,
    _ second: UnsafePointer<UInt8>?,
    _ otherSize: Int,
    _ out: UnsafeMutablePointer<UInt8>?,
    _ limit: Int,
    _ seed: UInt32
) -> Int {
    var mutation = WasmMutation(FuzzRandom(seed: seed)) { libFuzzerChange($0, limit: $1) }
    let crossed = mutation.module(bytes(first, size), with: bytes(second, otherSize), limit: limit)
    return crossed.map { write($0, to: out, limit: limit) } ?? 0
}

runFuzzer(take)
