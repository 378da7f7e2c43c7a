import Diagnostics
import Fuzzing
import ProxyWasm
import Wasm

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

runFuzzer(take)
