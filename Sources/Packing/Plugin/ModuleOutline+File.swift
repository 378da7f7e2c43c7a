package import Diagnostics
package import HostSystem
import ProxyWasm
package import Wasm

extension ModuleOutline {
    /// Reads the outline of the module in an open file; only some bytes per section are read.
    ///
    /// Throws what reading the file throws, and ``Failure/Code/notWasm``, ``Failure/Code/wasmComponent``,
    /// ``Failure/Code/wasmMalformed`` or ``Failure/Code/moduleTooLarge``; `name` is what the module is called in messages.
    package init(of name: String, in file: borrowing ReadableFile) throws(Failure) {
        try self.init(of: name, size: file.size) { (offset, count) throws(Failure) in
            try file.read(at: offset, count: count)
        }
    }
}
