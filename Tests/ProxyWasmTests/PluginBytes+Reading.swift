import Diagnostics
import ProxyWasm
import TestSupport

extension PluginBytes {
    /// Reads the module as Envoy does.
    func read() throws(Failure) -> EnvoyReading { try readModule(bytes) }
}

/// Reads a module from memory as Envoy does.
func readModule(_ bytes: [UInt8]) throws(Failure) -> EnvoyReading {
    try EnvoyReading(of: "plugin.wasm", size: bytes.count) { offset, count in
        Array(bytes.dropFirst(offset).prefix(count))
    }
}
